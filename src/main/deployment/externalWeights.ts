import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../base/errors.ts'
import { placeBelow, realPlaceBelow } from '../base/places.ts'
import { decodeModel, encodeModel, type ModelMessage } from '../tensor/onnx/format.ts'

interface ExternalTensor {
  name: string
  data_location?: number
  external_data?: { key: string; value: string }[]
  raw_data?: Uint8Array
}

/**
 * Reads an ONNX model with all its weights in it, which in large models are often stored in a separate file.
 * @throws UserError `model-weights-lost`; what the file system throws
 */
export async function readWithWeights(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file)
  const message = decodeModel(bytes) as ModelMessage
  const outside = (message.graph.initializer as ExternalTensor[]).filter(
    ({ data_location: location }) => location === 1,
  )
  if (outside.length === 0) return bytes
  const folder = path.dirname(file)
  const files = new Map<string, Buffer>()
  for (const tensor of outside) {
    const facts = new Map((tensor.external_data ?? []).map(({ key, value }) => [key, value]))
    const location = facts.get('location') ?? ''
    // A model must not read files elsewhere.
    const beside = await besideOf(folder, location).catch(() => {
      throw lost(file, location)
    })
    let held = files.get(beside)
    if (!held) {
      held = await readFile(beside).catch(() => {
        throw lost(file, location)
      })
      files.set(beside, held)
    }
    const offset = Number(facts.get('offset') ?? 0)
    const length = Number(facts.get('length') ?? held.length - offset)
    if (!(offset >= 0 && length >= 0 && offset + length <= held.length)) throw lost(file, location)
    tensor.raw_data = held.subarray(offset, offset + length)
    tensor.data_location = 0
    tensor.external_data = []
  }
  return encodeModel(message)
}

async function besideOf(folder: string, location: string): Promise<string> {
  return realPlaceBelow(folder, placeBelow(folder, location))
}

function lost(file: string, location: string): UserError {
  return new UserError(
    'model-weights-lost',
    `The weights of ${file} should be in “${location}” beside it, but aren’t.`,
    'Put them there, or export only the recogniser (--no-backbone).',
  )
}
