import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import protobuf from 'protobufjs'
import { expect, onTestFinished, test } from 'vitest'
import { resolveBackbone } from '../../src/main/backbone/resolve.ts'
import { requireSafeModel } from '../../src/main/tensor/onnxGuard.ts'
import { Session } from '../../src/main/tensor/session.ts'
import { modelFile, plainBackbone, transformer } from '../backbone/models.ts'

/** The format as its project publishes it, as far as models of a stranger are made of it here. */
const { root } = protobuf.parse(
  `syntax = "proto3"; package onnx;
  message Attribute { string name = 1; int64 i = 3; Tensor t = 5; Graph g = 6; repeated int64 ints = 8; int32 type = 20; repeated Tensor tensors = 10; repeated Graph graphs = 11; }
  message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5; string domain = 7; }
  message Entry { string key = 1; string value = 2; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; repeated int64 int64_data = 7; string name = 8; bytes raw_data = 9; repeated Entry external_data = 13; int32 data_location = 14; }
  message Dimension { int64 dim_value = 1; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message Value { string name = 1; Type type = 2; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated Value input = 11; repeated Value output = 12; }
  message Function { string name = 1; repeated Node node = 7; string domain = 10; }
  message Set { string domain = 1; int64 version = 2; }
  message Model { int64 ir_version = 1; Graph graph = 7; repeated Set opset_import = 8; repeated Function functions = 25; }`,
  { keepCase: true },
)
const Model = root.lookupType('onnx.Model')

type Fields = Record<string, unknown>
const sizes = (...dims: number[]) => ({
  tensor_type: { elem_type: 1, shape: { dim: dims.map((one) => ({ dim_value: one })) } },
})
const output = [{ name: 'y', type: { tensor_type: { elem_type: 1 } } }]

function model(graph: Fields, more: Fields = {}): Uint8Array {
  return Model.encode({
    ir_version: 8,
    opset_import: [{ domain: '', version: 17 }],
    graph: { name: 'g', output, ...graph },
    ...more,
  }).finish()
}

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
