import protobuf from 'protobufjs'

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
export const Model = root.lookupType('onnx.Model')

export type Fields = Record<string, unknown>
export const sizes = (...dims: number[]) => ({
  tensor_type: { elem_type: 1, shape: { dim: dims.map((one) => ({ dim_value: one })) } },
})
const output = [{ name: 'y', type: { tensor_type: { elem_type: 1 } } }]

/** A model of operator set 17. */
export function model(graph: Fields, more: Fields = {}): Uint8Array {
  return Model.encode({
    ir_version: 8,
    opset_import: [{ domain: '', version: 17 }],
    graph: { name: 'g', output, ...graph },
    ...more,
  }).finish()
}
