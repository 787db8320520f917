/**
 * “Nothing leaves the machine”, by what the system was asked for: every process of Surmise’s runs under `strace`, as a person runs
 * it who has just got the machine, from a new project to a trained model, every export and a browser; in a network that has
 * loopback alone, so that a proof that fails sends nothing either.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../scripts/chromium.ts'
import { alone, whyNoTracing } from '../../scripts/tracing.ts'
import type { Told } from './job.ts'
import { type Allowed, look } from './trace.ts'

const missing = whyNoTracing() ?? (findChromium() ? undefined : 'there is no Chromium here')

const [hex, uuid, image] = ['[0-9a-f]+', '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', String.raw`\d{3}\.png`]

/** Everything that is written, by the folders that a person knows of; nothing of it is in the temporary folder, or in the home. */
const named: Record<string, readonly string[]> = {
  project: [
    String.raw`secret\.surmise(-wal|-shm|-journal|-lock|-lock-journal)?`,
    String.raw`secret\.surmise-backups(/\d{4} [\d-]{10} [\d-]{8}Z [a-z ]+\.surmise)?`,
    String.raw`secret\.surmise-cache`,
  ],
  'project/secret.surmise-cache': [
    String.raw`CACHEDIR\.TAG`,
    String.raw`thumbnails(/${hex}(/${hex}\.webp)?)?`,
    String.raw`features(/${hex}(/(writer\.lock|about\.json|records|index))?)?`,
    String.raw`checkpoints(/${hex}-cpu(/[a-z]+(-\d)?\.checkpoint)?)?`,
    String.raw`models(/${uuid}\.(onnx|gains|scores|suggester\.safetensors))?`,
  ],
  'person/config': ['surmise'],
  'person/config/surmise': [String.raw`logs(/surmise\.log)?`, String.raw`recent\.json`, `writing(/${uuid}\\.json)?`],
  // What a graphics card’s driver has compiled for it, where there is one.
  'person/cache': ['(mesa_shader_cache|mesa_shader_cache_db|nvidia|NVIDIA)(/.*)?'],
  out: [
    String.raw`(suggestions\.csv|report\.html)`,
    String.raw`model\.(onnx|card\.json|card\.md|example\.mjs|example\.py)`,
    String.raw`[\w-]+\.out`,
    String.raw`coco\.out/(annotations(/labels_default\.json)?|images(/README\.txt)?)`,
    String.raw`(label-studio-config\.xml|npy\.out\.names\.json|open-images-class-descriptions\.csv)`,
    String.raw`fiftyone(/(data(/${image})?|labels\.json))?`,
    `folders(/(HIV positive|right)(/${image})?)?`,
    String.raw`huggingface(/(${image}|README\.md|metadata\.jsonl))?`,
    String.raw`voc(/(Annotations(/\d{3}\.xml)?|JPEGImages(/${image})?|ImageSets(/Main(/\w+\.txt)?)?))?`,
    String.raw`yolo(/(data\.yaml|images(/train(/${image})?)?|labels(/train(/\d{3}\.txt)?)?))?`,
    `yolo-cls(/train(/(HIV positive|right)(/${image})?)?)?`,
  ],
}

/** What is being written lies beside its place, with a beginning of its name, until it is whole. */
const unfinished = /^\.(.+)\.surmise-[0-9a-f]+-\d+-[0-9a-f]+\.tmp(-wal|-shm|-journal)?$/

/** Opened for writing, and no files. */
const device = /^\/dev\/(null|tty|dri\/\w+|nvidia[\w-]*|dxg)$/

/** @param folder in which all of the above lies */
function isNamed(folder: string, place: string): boolean {
  if (device.test(place)) return true
  const parts = path.relative(folder, place).split(path.sep)
  const whole = (names: readonly string[]) => names.map((name) => unfinished.exec(name)?.[1] ?? name).join('/')
  const fits = (file: string) =>
    Object.entries(named).some(([home, names]) =>
      names.some((name) => new RegExp(`^${home}/${name}$`).exec(file) !== null || file === home),
    )
  return fits(whole(parts)) || (unfinished.test(parts.at(-1)!) && fits(whole(parts.slice(0, -1))))
}

describe.skipIf(missing)(`the whole job in a network of its own${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let folder: string
  let told: Told
  let allowed: Allowed

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'surmise-nothing-sent-')))
    mkdirSync(path.join(folder, 'browser'))
    const [program, args] = alone([process.execPath, path.join(import.meta.dirname, 'job.ts'), folder])
    const places = { HOME: path.join(folder, 'browser'), TMPDIR: path.join(folder, 'browser') }
    // Neither CI nor VITEST: programs that see them keep still.
    const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', ...places, CHROMIUM_PATH: findChromium() }
    const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    told = JSON.parse(readFileSync(path.join(folder, 'told.json'), 'utf8'))
    allowed = { written: (place) => isNamed(folder, place), started: [realpathSync(process.execPath)] }
  }, 300_000)

  afterAll(() => {
    if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true })
  })

  const seen = (name: string) => look(path.join(folder, 'traces'), name, path.join(folder, 'project'), allowed)

  test('nothing is sent, and what is written has its place and its name', () => {
    expect(told.elsewhere).toEqual([])
    const names = new Set(readdirSync(path.join(folder, 'traces')).map((file) => file.replace(/\.\d+$/, '')))
    expect(names.size).toBe(told.runs.length + 1)
    for (const name of names) {
      if (name === 'control') continue
      const { calls, ...found } = seen(name)
      expect(found, name).toEqual({ sent: [], written: [], started: [] })
      expect(calls, name).toBeGreaterThan(50)
    }
  })

  test('the log, which may be handed to somebody, holds no names', () => {
    const logs = path.join(folder, 'person/config/surmise/logs')
    const text = readdirSync(logs)
      .map((file) => readFileSync(path.join(logs, file), 'utf8'))
      .join('')
    expect(text.length).toBeGreaterThan(0)
    for (const secret of ['HIV', 'private photos', 'secret', folder, '000.png']) expect(text).not.toContain(secret)
  })

  test('the same look finds what the library does that is not told to keep still', () => {
    expect(told.outlived).toBe(true)
    const { sent, written } = seen('control')
    expect(sent.length).toBeGreaterThan(0)
    expect(written.join('\n')).toMatch(/\/Microsoft\/DeveloperTools\/\.onnxruntime\/deviceid/)
  })
})
