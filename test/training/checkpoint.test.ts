import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Checkpoints, type RunInputs, removeCheckpoints } from '../../src/main/training/checkpoint.ts'
import { type FineTuneResult, fineTune } from '../../src/main/training/fineTune.ts'
import type { ProgressReport } from '../../src/main/training/progress.ts'
import { withHastyClock } from '../clock.ts'
import { Scenes } from './scenes.ts'

const scenes = new Scenes(80)
const states = scenes.known(0.6)
const inputs: RunInputs = {
  backbone: 'scenes',
  images: Array.from(scenes.records, String),
  labels: scenes.names.map((name, i) => ({ id: i + 1, name })),
  states,
  seed: 4,
  device: 'cpu',
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'surmise-checkpoint-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const cache = (name: string): string => path.join(folder, name)
const files = (name: string): string[] =>
  readdirSync(path.join(cache(name), 'checkpoints'), { recursive: true, encoding: 'utf8' }).sort()

function run(checkpoints?: Checkpoints, onProgress?: (report: ProgressReport) => void, signal?: AbortSignal) {
  return withHastyClock(() =>
    fineTune(
      { source: scenes, records: scenes.records, states, labelNames: scenes.names },
      { seed: inputs.seed, device: 'cpu', checkpoints, onProgress, signal },
    ),
  )
}

describe('a run that is cut off', () => {
  let whole: FineTuneResult
  /** Steps of all networks together. */
  let steps = 0

  beforeAll(async () => {
    whole = await run(undefined, ({ phase, losses }) => {
      if (phase === 'network' && losses) steps++
    })
    // In the middle of the networks, once something of the first is kept.
    const stop = new AbortController()
    const checkpoints = await Checkpoints.open(cache('cut'), inputs)
    const cut = run(
      checkpoints,
      ({ phase }) => {
        if (phase === 'network' && files('cut').some((name) => name.endsWith('network-0.checkpoint')))
          stop.abort(new Error('cut'))
      },
      stop.signal,
    )
    await expect(cut).rejects.toThrow('cut')
    expect(checkpoints.resumed).toBe(false)
  })

  function expectSame(result: FineTuneResult): void {
    expect(Buffer.from(result.model).equals(whole.model)).toBe(true)
    expect(result.probabilities).toEqual(whole.probabilities)
  }

  test('goes on to the same model, byte for byte, without doing again what was done', async () => {
    cpSync(cache('cut'), cache('again'), { recursive: true })
    const checkpoints = await Checkpoints.open(cache('again'), inputs)
    // How much that is depends on the machine: a slow one keeps a network on the way, a fast one when it is whole.
    const networks = (await Promise.all([0, 1, 2].map((k) => checkpoints.read(`network-${k}`)))) as (
      | { trainer: { steps: number } }
      | undefined
    )[]
    const kept = networks.reduce((sum, network) => sum + (network?.trainer.steps ?? 0), 0)
    let stepsAgain = 0
    let baselineReports = 0
    const again = await run(checkpoints, ({ phase, losses }) => {
      if (phase === 'network' && losses) stepsAgain++
      if (phase === 'baseline') baselineReports++
    })
    expect(checkpoints.resumed).toBe(true)
    expect(kept).toBeGreaterThan(0)
    expect(stepsAgain).toBeGreaterThan(0)
    expect(stepsAgain).toBe(steps - kept)
    // The beginning of the phase alone: the baseline was there.
    expect(baselineReports).toBe(1)
    expectSame(again)
    await removeCheckpoints(cache('again'))
    expect(readdirSync(cache('again'))).toEqual([])
  })

  test('starts anew, to the same model, where its checkpoint is torn', async () => {
    cpSync(cache('cut'), cache('torn'), { recursive: true })
    for (const file of files('torn').filter((name) => name.endsWith('.checkpoint'))) {
      const at = path.join(cache('torn'), 'checkpoints', file)
      const bytes = readFileSync(at)
      bytes[bytes.length >> 1] ^= 1
      writeFileSync(at, file.includes('network-0') ? bytes : bytes.subarray(0, 5))
    }
    const checkpoints = await Checkpoints.open(cache('torn'), inputs)
    expectSame(await run(checkpoints))
    expect(checkpoints.resumed).toBe(false)
  })

  const others: [string, Partial<RunInputs>][] = [
    ['another seed', { seed: 5 }],
    ['another mark', { states: states.map((state, at) => (at === 7 ? 1 : state)) }],
    ['another name of a label', { labels: inputs.labels.map(({ id }) => ({ id, name: `label ${id}` })) }],
    ['another image', { images: inputs.images.with(0, 'other') }],
    ['another backbone', { backbone: 'other' }],
    ['another device', { device: 'webgpu' }],
  ]
  test.each(others)('is not gone on from with %s: its checkpoints are removed', async (_, other) => {
    cpSync(cache('cut'), cache('other'), { recursive: true })
    const before = files('other')
    expect(before.some((name) => name.endsWith('.checkpoint'))).toBe(true)
    const checkpoints = await Checkpoints.open(cache('other'), { ...inputs, ...other })
    expect(await checkpoints.read('network-0')).toBeUndefined()
    expect(files('other')).toEqual([])
    rmSync(cache('other'), { recursive: true })
  })

  test('is gone on from on the device that takes over from a failed one', async () => {
    cpSync(cache('cut'), cache('taken'), { recursive: true })
    const taken = await Checkpoints.open(cache('taken'), { ...inputs, device: 'webgpu', takesOverFrom: 'cpu' })
    expect(await taken.read('network-0')).toBeDefined()
    expect(files('taken')[0]).toMatch(/-webgpu$/)
    expect(files('taken').some((name) => name.includes('-cpu'))).toBe(false)
  })
})
