import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { requireSafeModel } from '../../src/main/tensor/onnx/guard.ts'
import { Session } from '../../src/main/tensor/run/session.ts'
import * as endless from '../backbone/endlessModels.ts'
import { modelFile, plainBackbone, transformer } from '../backbone/models.ts'
import { type Fields, Model, model, sizes } from './onnxFile.ts'

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'surmise-guard-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function written(bytes: Uint8Array, where = folder()): string {
  const file = path.join(where, 'm.onnx')
  writeFileSync(file, bytes)
  return file
}

const identity = { op_type: 'Identity', input: ['w'], output: ['y'] }
const weights = { name: 'w', dims: [4], data_type: 1, raw_data: Buffer.alloc(16) }

/** What is said of a model before ONNX Runtime sees it; undefined: it passes. */
const refusal = (bytes: Uint8Array, where?: string) =>
  requireSafeModel(written(bytes, where)).then(
    () => undefined,
    (error) => error,
  )

test('models as programs write them pass', async () => {
  for (const build of [plainBackbone(), transformer(32, 8, 1)]) await requireSafeModel(await modelFile(build))
  expect(await refusal(model({ node: [identity], initializer: [weights] }))).toBeUndefined()
  const scalar = { name: 'w', dims: [], data_type: 1, float_data: [1] }
  expect(await refusal(model({ node: [identity], initializer: [scalar] }))).toBeUndefined()
  // A function of its own is made of ONNX's operators.
  const call = { op_type: 'F', domain: 'own', input: ['w'], output: ['y'] }
  const own = { functions: [{ name: 'F', domain: 'own', node: [identity] }] }
  expect(await refusal(model({ node: [call], initializer: [weights] }, own))).toBeUndefined()
  // Weights in a file beside it.
  const where = folder()
  writeFileSync(path.join(where, 'm.data'), Buffer.alloc(64))
  const outside = { name: 'w', dims: [4], data_type: 1, data_location: 1 }
  const entries = [
    { key: 'location', value: 'm.data' },
    { key: 'offset', value: '48' },
    { key: 'length', value: '16' },
  ]
  const bytes = model({ node: [identity], initializer: [{ ...outside, external_data: entries }] })
  expect(await refusal(bytes, where)).toBeUndefined()
  const session = await Session.open(path.join(where, 'm.onnx'))
  await session.close()
})

test('operators of a program’s own are refused, wherever they hide', async () => {
  const custom = { op_type: 'Steal', domain: 'evil', input: ['w'], output: ['y'] }
  const inside = {
    op_type: 'If',
    input: ['c'],
    output: ['y'],
    attribute: [{ name: 'then_branch', g: { node: [custom] } }],
  }
  const later = {
    op_type: 'Loop',
    input: ['c'],
    output: ['y'],
    attribute: [{ name: 'body', graphs: [{ node: [custom] }] }],
  }
  for (const graph of [{ node: [custom] }, { node: [inside] }, { node: [later] }]) {
    expect(await refusal(model(graph))).toMatchObject({ code: 'model-unsafe', message: /evil\.Steal/ })
  }
  const own = { functions: [{ name: 'F', domain: 'own', node: [custom] }] }
  expect(await refusal(model({ node: [identity], initializer: [weights] }, own))).toMatchObject({
    code: 'model-unsafe',
  })
  await expect(resolveBackbone(written(model({ node: [custom] })))).rejects.toMatchObject({ code: 'model-unsafe' })
})

test('weights outside the folder, by whatever name, are refused', async () => {
  const where = path.join(folder(), 'models')
  mkdirSync(where)
  writeFileSync(path.join(where, '..', 'secret'), Buffer.alloc(64))
  symlinkSync(path.join(where, '..', 'secret'), path.join(where, 'link'))
  symlinkSync(path.join(where, '..'), path.join(where, 'up'))
  writeFileSync(path.join(where, 'short'), Buffer.alloc(8))
  const at = (location: string, more: Record<string, string> = {}) => ({
    name: 'w',
    dims: [4],
    data_type: 1,
    data_location: 1,
    external_data: Object.entries({ location, ...more }).map(([key, value]) => ({ key, value })),
  })
  const places = [
    '../secret',
    '/etc/passwd',
    'link',
    'up/secret',
    'a/../../secret',
    'none',
    '',
    '.',
    'a\0b',
    '../models/short',
  ]
  for (const place of places) {
    expect(await refusal(model({ node: [identity], initializer: [at(place)] }), where), place).toMatchObject({
      code: 'model-unsafe',
    })
  }
  const odd: Record<string, string>[] = [
    {},
    { offset: '-8' },
    { offset: '1e30' },
    { length: 'x' },
    { offset: '4', length: '8' },
  ]
  for (const more of odd) {
    expect(await refusal(model({ node: [identity], initializer: [at('short', more)] }), where)).toMatchObject({
      code: 'model-unsafe',
      message: /too short/,
    })
  }
  // In an attribute, and in a graph within the graph.
  const hidden = { op_type: 'Constant', output: ['y'], attribute: [{ name: 'value', t: at('../secret') }] }
  const branch = {
    op_type: 'If',
    input: ['c'],
    output: ['y'],
    attribute: [{ name: 'then_branch', g: { node: [hidden] } }],
  }
  for (const node of [hidden, branch]) {
    expect(await refusal(model({ node: [node] }), where)).toMatchObject({ code: 'model-unsafe' })
  }
})

test('shapes and sizes that cannot be are refused before anything is made of them', async () => {
  const shape = (...values: number[]) => ({ name: 's', dims: [values.length], data_type: 7, int64_data: values })
  const sized = { op_type: 'ConstantOfShape', input: ['s'], output: ['y'] }
  const raw = Buffer.alloc(16)
  raw.writeBigInt64LE(1_000_000n, 0)
  raw.writeBigInt64LE(1_000_000n, 8)
  const random = { op_type: 'RandomNormal', output: ['y'], attribute: [{ name: 'shape', ints: [1e5, 1e5] }] }
  const constant = { op_type: 'Constant', output: ['s'], attribute: [{ name: 'value', t: shape(2 ** 31, 2 ** 31) }] }
  const graphs: Fields[] = [
    { node: [identity], initializer: [{ ...weights, dims: [1e12] }] },
    { node: [identity], initializer: [{ ...weights, dims: [2 ** 62, 2 ** 62] }] },
    { node: [identity], initializer: [{ ...weights, dims: [-1] }] },
    { node: [identity], initializer: [{ ...weights, dims: Array(200).fill(1) }] },
    { node: [sized], initializer: [shape(1e5, 1e5)] },
    { node: [sized], initializer: [{ name: 's', dims: [2], data_type: 7, raw_data: raw }] },
    { node: [constant, sized] },
    { node: [random] },
    { node: [{ op_type: 'Expand', input: ['x', 's'], output: ['y'] }], initializer: [shape(1, 2 ** 40)] },
    { node: [identity], input: [{ name: 'w', type: sizes(1, 3, 1e6, 1e6) }] },
  ]
  for (const graph of graphs) {
    expect(await refusal(model(graph)), JSON.stringify(graph).slice(0, 100)).toMatchObject({ code: 'model-unsafe' })
  }
})

test('what is no model says so, however it is made', async () => {
  const whole = model({ node: [identity], initializer: [weights] })
  const nested = Array.from({ length: 24 }).reduce<Fields>(
    (inner) => ({ node: [{ op_type: 'If', output: ['y'], attribute: [{ name: 'then_branch', g: inner }] }] }),
    {},
  )
  for (const bytes of [
    new Uint8Array(),
    Buffer.from('not a model'),
    whole.subarray(0, whole.length - 5),
    Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    Buffer.concat([whole, Buffer.from([0x3a, 0x05, 0x0a])]),
    Buffer.alloc(10_000, 0x3b),
    model(nested),
    Model.encode({ ir_version: 8 }).finish(),
  ]) {
    expect(await refusal(bytes)).toMatchObject({ code: 'model-not-onnx' })
    await expect(resolveBackbone(written(bytes))).rejects.toMatchObject({ code: 'backbone-not-onnx' })
  }
})

test('loops that never end are refused where that can be read; others may end by themselves', async () => {
  for (const bytes of [endless.readablyEndless(), endless.nestedEndless(), endless.steadyEndless()])
    expect(await refusal(bytes)).toMatchObject({ code: 'model-unsafe', message: /loop that goes round/ })
  // As programs write `while`: as many rounds as there are numbers, and a condition.
  expect(await refusal(endless.conditionEndless())).toBeUndefined()
  expect(await refusal(endless.unlessGrey())).toBeUndefined()
  expect(await refusal(endless.loopsOf(5_000n))).toBeUndefined()
  expect(await refusal(endless.loopsOf(2n ** 63n - 1n, true))).toBeUndefined()
})

test('a shape that is told outside of the graph that uses it is found', async () => {
  const sized = { op_type: 'ConstantOfShape', input: ['s'], output: ['w'] }
  const inside = { name: 'inside', node: [sized], output: [{ name: 'w' }] }
  const branch = {
    op_type: 'If',
    input: ['c'],
    output: ['y'],
    attribute: [{ name: 'then_branch', type: 5, g: inside }],
  }
  const shape = { name: 's', dims: [2], data_type: 7, int64_data: [1e5, 1e5] }
  expect(await refusal(model({ node: [branch], initializer: [shape] }))).toMatchObject({ code: 'model-unsafe' })
})
