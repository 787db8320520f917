import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { accelerator, batchFor, processor, searchBatch } from '../../src/main/backbone/embed/batchSearch.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { modelFile, plainBackbone } from './models.ts'

const notes = path.join(process.env.SURMISE_HOME!, 'cache', 'batches.json')
beforeEach(() => rmSync(notes, { force: true }))

const many = 10_000
const quiet = async () => undefined

/** A device that does so much at most, and takes a while to begin a run. */
const device =
  (most: number, tried: number[] = []) =>
  async (batch: number) => {
    tried.push(batch)
    if (batch > most) throw new Error('out of memory')
    return (1000 * batch) / Math.max(batch, 20)
  }

describe('the batch of a device', () => {
  test('is doubled until that makes it no faster', async () => {
    const tried: number[] = []
    expect(await searchBatch(device(1000, tried), quiet, accelerator)).toMatchObject({ batch: 32 })
    expect(tried).toEqual([1, 2, 4, 8, 16, 32, 64])
    const flat: number[] = []
    await searchBatch(async (batch) => flat.push(batch) && 100, quiet, accelerator)
    expect(flat).toEqual([1, 2])
    const few: number[] = []
    expect(await searchBatch(device(1000, few), quiet, processor)).toMatchObject({ batch: 8 })
    expect(few).toEqual([1, 2, 4, 8])
    // A slow one: 4 images would take more than a second.
    const slow: number[] = []
    await searchBatch(async (batch) => slow.push(batch) && 2 + batch / 2, quiet, processor)
    expect(slow).toEqual([1, 2])
  })

  test('is the largest that the device can do, where its memory ends before', async () => {
    expect(await searchBatch(device(8), quiet, accelerator)).toMatchObject({ batch: 8 })
    await expect(searchBatch(device(0), quiet, accelerator)).rejects.toThrow('out of memory')
  })

  test('is found once for each backbone and device, for many images only, and cancelled at once', async () => {
    const backbone = await resolveBackbone(await modelFile(plainBackbone()))
    const tried: number[] = []
    const measure = device(16, tried)
    expect(await batchFor(backbone, 'cuda', 10, { measure })).toBe(accelerator.usual)
    expect(tried).toEqual([])
    expect(await batchFor(backbone, 'cuda', many, { measure })).toBe(16)
    const first = tried.length
    expect(await batchFor(backbone, 'cuda', many, { measure })).toBe(16)
    expect(await batchFor(backbone, 'cuda', 10, { measure })).toBe(16)
    expect(tried.length).toBe(first)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(batchFor(backbone, 'webgpu', many, { measure, signal })).rejects.toThrow('enough')
    // Nothing is left of what was not found.
    expect(await batchFor(backbone, 'webgpu', 10)).toBe(accelerator.usual)
    const fixed = await resolveBackbone(await modelFile(plainBackbone([4, 3, 64, 64])))
    expect(await batchFor(fixed, 'cuda', many, { measure })).toBe(4)
  })

  test('is not searched for again where that took the process down', async () => {
    const backbone = await resolveBackbone(await modelFile(plainBackbone()))
    // What a crash in the middle of a run of 8 leaves.
    const crashing = async (batch: number) => {
      if (batch === 8) throw readFileSync(notes, 'utf8')
      return 10 * batch
    }
    let left = ''
    await batchFor(backbone, 'cuda', many, {
      measure: (batch) =>
        crashing(batch).catch((text) => {
          left = text
          throw new Error('gone')
        }),
    })
    writeFileSync(notes, left)
    const tried: number[] = []
    expect(await batchFor(backbone, 'cuda', many, { measure: device(1000, tried) })).toBe(4)
    expect(tried).toEqual([])
  })

  test('is measured by running the backbone: on the CPU here, as a device like any other', async () => {
    const backbone = await resolveBackbone(await modelFile(plainBackbone(['n', 3, 64, 64])))
    const batch = await batchFor(backbone, 'cpu', many, { threads: 1 })
    expect([1, 2, 4, 8]).toContain(batch)
    const [[key, kept]] = Object.entries(
      JSON.parse(readFileSync(notes, 'utf8')) as Record<string, { batch: number; perSecond: number }>,
    )
    expect(key).toContain(backbone.identity)
    expect(kept.batch).toBe(batch)
    expect(kept.perSecond).toBeGreaterThan(0)
    writeFileSync(notes, 'not json')
    expect(await batchFor(backbone, 'cpu', 10)).toBe(processor.usual)
    // Of the built-in one it is known.
    expect(await batchFor(await resolveBackbone('surmise-tiny'), 'cpu', 10)).toBe(8)
  })
})
