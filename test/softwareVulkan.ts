import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'vitest'

/** Where Chromium keeps SwiftShader: Vulkan in software, enough to run WebGPU on tiny shapes. */
const folder = '/usr/lib/chromium'
const driver = path.join(folder, 'vk_swiftshader_icd.json')
const loaders = [folder, '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64']

const here = existsSync(driver) && loaders.some((place) => existsSync(path.join(place, 'libvulkan.so.1')))
const name = (text: string): string =>
  here ? text : `${text} (needs SwiftShader, of Debian’s chromium, and libvulkan1)`

/** What a process needs to find it. */
export const softwareVulkan = {
  VK_ICD_FILENAMES: driver,
  LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter),
}

/** `describe` and `test`, skipped by name where this machine has no such driver. */
export const describeWithVulkan = (text: string, body: () => void) => describe.skipIf(!here)(name(text), body)
export const testWithVulkan = (text: string, body: () => Promise<void>) => test.skipIf(!here)(name(text), body)
