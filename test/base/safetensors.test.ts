import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSafeTensors, SafeTensorsFile, writeSafeTensors } from '../../src/main/base/safetensors.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'surmise-safetensors-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tensors = {
  states: { shape: [3], data: Int8Array.of(-1, 0, 1) },
  ids: { shape: [2], data: Int32Array.of(7, -70_000) },
  keys: { shape: [1, 2], data: Uint8Array.of(255, 1) },
  scores: { shape: [2, 3], data: Float32Array.of(0.5, -1, 2, 3, 4, Number.NaN) },
}

test('tensors of every type come back, whole or in part, where they do not start at a multiple of their size', async () => {
  const file = path.join(folder, 'all.safetensors')
  await writeSafeTensors(file, tensors, { made: 'here' })
  const opened = await SafeTensorsFile.open(file)
  expect(opened.metadata).toEqual({ made: 'here' })
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    expect(opened.shapeOf(name)).toEqual(shape)
    expect(await opened.read(name)).toEqual(data)
  }
  expect(await opened.read('scores', 3, 2)).toEqual(Float32Array.of(3, 4))
  await expect(opened.read('scores', 5, 2)).rejects.toThrow('6 elements')
  await expect(opened.read('nothing')).rejects.toThrow('no tensor')
  await opened.close()
  await expect(readSafeTensors(file)).rejects.toMatchObject({ code: 'not-safetensors' })
  // Eight bytes, a header of a multiple of eight: as other programs read it.
  const bytes = readFileSync(file)
  const length = Number(bytes.readBigUInt64LE())
  expect(length % 8).toBe(0)
  expect(JSON.parse(bytes.toString('utf8', 8, 8 + length)).states).toEqual({
    dtype: 'I8',
    shape: [3],
    data_offsets: [0, 3],
  })
})

test('a file that was cut off is said to be', async () => {
  const file = path.join(folder, 'cut.safetensors')
  await writeSafeTensors(file, tensors)
  const whole = readFileSync(file)
  for (const [length, why] of [
    [whole.length - 1, 'outside the file'],
    [20, 'longer than the file'],
    [4, 'too short'],
  ] as const) {
    writeFileSync(file, whole.subarray(0, length))
    await expect(SafeTensorsFile.open(file)).rejects.toMatchObject({
      code: 'not-safetensors',
      message: expect.stringContaining(why),
    })
  }
})
