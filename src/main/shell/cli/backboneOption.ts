import path from 'node:path'

/** A backbone as it is typed: a name, or an ONNX file, with `@384` for its input size. */
export function backboneOf(text: string): string {
  return text.endsWith('.onnx') || text.includes('.onnx@') ? path.resolve(text) : text
}
