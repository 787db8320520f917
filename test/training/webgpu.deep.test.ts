import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ComputeProcess } from '../../src/main/compute/client.ts'
import { modelFile, plainBackbone, temporaryFolder } from '../backbone/models.ts'
import { describeWithVulkan, softwareVulkan } from '../softwareVulkan.ts'
import type { tasks } from './deviceEntry.ts'

describeWithVulkan('WebGPU on software Vulkan', () => {
  let compute: ComputeProcess<typeof tasks>
  beforeAll(() => {
    const entry = path.join(import.meta.dirname, 'deviceEntry.ts')
    compute = new ComputeProcess<typeof tasks>({ entry, environment: softwareVulkan })
  })
  afterAll(() => compute.stop())

  test('the probe finds its numbers right', async () => {
    const probe = await compute.run('probeDevice', { device: 'webgpu' })
    expect(probe.secondsPerStep).toBeGreaterThan(0)
    expect(probe.cpuSecondsPerStep).toBeGreaterThan(0)
  })

  test('steps of the whole training graph agree with the CPU', async () => {
    const there = await compute.run('trainSome', { device: 'webgpu' })
    const here = await compute.run('trainSome', { device: 'cpu' })
    expect(there.losses.length).toBeGreaterThanOrEqual(4)
    for (const [step, losses] of here.losses.entries()) {
      for (const [name, loss] of Object.entries(losses)) {
        expect(there.losses[step][name as 'known'], `${name}, step ${step}`).toBeCloseTo(loss, 3)
      }
    }
    for (const [name, values] of here.parameters) {
      const apart = values.map((value, i) => Math.abs(value - there.parameters.get(name)![i]))
      // Adam makes a step of full length of a slope that is nothing but rounding: a few entries may differ by that.
      expect(apart.filter((difference) => difference > 1e-4).length / apart.length, name).toBeLessThan(0.02)
    }
  })

  test('takes over from the CPU what that has trained, and scores, blends and calibrates as it does', async () => {
    const cacheFolder = temporaryFolder()
    const here = await compute.run('fineTuneOn', { cacheFolder, device: 'cpu' })
    const there = await compute.run('fineTuneOn', { cacheFolder, device: 'webgpu', takesOverFrom: 'cpu' })
    expect([here.resumed, there.resumed]).toEqual([false, true])
    here.probabilities.forEach((probability, at) => {
      expect(there.probabilities[at]).toBeCloseTo(probability, 2)
    })
    // Half a point, as fractions.
    expect(Math.abs(there.metrics.mAP.blend - here.metrics.mAP.blend)).toBeLessThan(0.005)
  })

  test('convolutions have the gradients that the CPU gives them', async () => {
    const there = await compute.run('differentiateConvolutions', { device: 'webgpu' })
    const here = await compute.run('differentiateConvolutions', { device: 'cpu' })
    expect(Object.keys(here)).toHaveLength(6)
    for (const [name, values] of Object.entries(here)) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(largest, name).toBeGreaterThan(1e-3)
      const apart = values.reduce((most, value, i) => Math.max(most, Math.abs(value - there[name][i])), 0)
      expect(apart / largest, name).toBeLessThan(1e-4)
    }
  })

  test('an image has the features that the CPU gives it', async () => {
    const folder = temporaryFolder()
    const backbone = await modelFile(plainBackbone(['n', 3, 64, 64], 16))
    const file = path.join(folder, 'image.png')
    const bytes = await sharp({ create: { width: 90, height: 70, channels: 3, background: { r: 200, g: 90, b: 30 } } })
      .composite([{ input: Buffer.from('<svg><circle cx="40" cy="30" r="20" fill="blue"/></svg>') }])
      .png()
      .toBuffer()
    await writeFile(file, bytes)
    const image = { id: 1, path: file, sha256: hash('sha256', bytes) }
    const there = await compute.run('featuresOf', { image, backbone, device: 'webgpu' })
    const here = await compute.run('featuresOf', { image, backbone, device: 'cpu' })
    expect(here.grid.some((value) => Math.abs(value) > 0.1)).toBe(true)
    for (const part of ['grid', 'pooled'] as const) {
      expect(there[part]).toHaveLength(here[part].length)
      here[part].forEach((value, i) => {
        expect(there[part][i]).toBeCloseTo(value, 2)
      })
    }
  })
})
