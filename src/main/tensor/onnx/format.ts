import protobuf from 'protobufjs'

/**
 * The part of the ONNX format (onnx.proto3 of the ONNX project, IR version 8) that Surmise reads and writes. Field numbers must be
 * those of the original; other fields are skipped when reading. An attribute's 0 is written explicitly, since some readers ignore an
 * attribute without a value.
 */
const schema = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; optional float f = 2; optional int64 i = 3; bytes s = 4; TensorProto t = 5; GraphProto g = 6;
  repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9; int32 type = 20;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; string doc_string = 3; }
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; string doc_string = 6; string domain = 7;
}
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; string producer_version = 3; string domain = 4; int64 model_version = 5;
  string doc_string = 6; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8;
  repeated StringStringEntryProto metadata_props = 14;
  // Functions of the model's own, as they are.
  repeated bytes functions = 25;
}
message StringStringEntryProto { string key = 1; string value = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; string doc_string = 10;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; repeated ValueInfoProto value_info = 13;
}
message TensorProto {
  repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; repeated int32 int32_data = 5;
  repeated bytes string_data = 6; repeated int64 int64_data = 7; string name = 8; bytes raw_data = 9;
  repeated double double_data = 10; repeated uint64 uint64_data = 11;
  repeated StringStringEntryProto external_data = 13; int32 data_location = 14;
}
message TensorShapeProto {
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  repeated Dimension dim = 1;
}
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  oneof value { Tensor tensor_type = 1; }
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
`

const root = protobuf.parse(schema, { keepCase: true }).root

/** The messages of that schema that models are built from. Empty arrays may be missing. */
export interface ModelMessage {
  ir_version: unknown
  producer_name?: string
  producer_version?: string
  opset_import: { domain: string; version: unknown }[]
  metadata_props?: { key: string; value: string }[]
  functions?: Uint8Array[]
  graph: GraphMessage
}

export interface GraphMessage {
  name: string
  node: NodeMessage[]
  initializer: TensorMessage[]
  input: ValueInfoMessage[]
  output: ValueInfoMessage[]
}

export interface NodeMessage {
  op_type: string
  name?: string
  domain?: string
  input: string[]
  output: string[]
  attribute?: AttributeMessage[]
}

export interface AttributeMessage {
  name: string
  type: number
  f?: number
  i?: unknown
  s?: Uint8Array
  t?: TensorMessage
  g?: GraphMessage
  ints?: unknown[]
  floats?: number[]
}

export interface TensorMessage {
  name: string
  dims: unknown[]
  data_type: number
  raw_data?: Uint8Array
  float_data?: number[]
  int32_data?: number[]
  int64_data?: unknown[]
}

export interface ValueInfoMessage {
  name: string
  type?: { tensor_type: { elem_type: number; shape?: { dim: { dim_value?: unknown; dim_param?: string }[] } } }
}

export const ModelProto = root.lookupType('onnx.ModelProto')

/** The oldest operator set that has everything used here, so that the files open in as many tools as possible. */
export const operatorSet = 17
export const formatVersion = 8

/** AttributeProto.type */
export const attributeType = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7 } as const

/** TensorProto.data_type */
export const elementTypeNumber = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const

export function decodeModel(bytes: Uint8Array): ModelMessage {
  return ModelProto.decode(bytes) as unknown as ModelMessage
}

export function encodeModel(message: ModelMessage): Uint8Array {
  return ModelProto.encode(message).finish()
}
