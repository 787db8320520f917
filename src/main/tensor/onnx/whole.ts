import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { placeBelow, realPlaceBelow } from '../../base/places.ts'
import { decodeModel, type ModelMessage, type TensorMessage } from './format.ts'

/** The format's limit, minus some room for everything but weights. */
const most = 2 ** 31 - 2 ** 24

type OutsideTensor = TensorMessage & { data_location?: number; external_data?: { key: string; value: string }[] }

/**
 * Reads a model with all of its weights, including those in files beside it. The file must have been checked (`requireSafeModel`).
 * @throws UserError `model-too-large`, `model-not-onnx`; what the file system throws
 */
export async function readWholeModel(file: string): Promise<ModelMessage> {
  const model = decoded(await readFile(file), file)
  let total = 0
  for (const tensor of model.graph.initializer as OutsideTensor[]) {
    if (tensor.data_location !== 1) continue
    const facts = new Map((tensor.external_data ?? []).map(({ key, value }) => [key, value]))
    const bytes = await partOf(file, facts)
    total += bytes.length
    if (total > most) {
      throw new UserError(
        'model-too-large',
        `This model is too large to be taken apart: ${file}`,
        'Export it with its feature map among its outputs, or choose a smaller one.',
      )
    }
    tensor.raw_data = bytes
    tensor.external_data = []
    tensor.data_location = 0
  }
  return model
}

/** @throws UserError `model-not-onnx` */
function decoded(bytes: Uint8Array, file: string): ModelMessage {
  try {
    const model = decodeModel(bytes)
    if (model.graph) return model
  } catch (cause) {
    throw broken(file, cause)
  }
  throw broken(file)
}

function broken(file: string, cause?: unknown): UserError {
  return new UserError(
    'model-not-onnx',
    `This model can’t be taken apart because its file is damaged: ${file}`,
    'Export it again.',
    {
      cause,
    },
  )
}

/** The same, but for a model that is too large, only what is in the file itself. */
export async function readWhatFits(file: string): Promise<ModelMessage> {
  try {
    return await readWholeModel(file)
  } catch (error) {
    if (error instanceof UserError && error.code === 'model-too-large') return decoded(await readFile(file), file)
    throw error
  }
}

async function partOf(file: string, facts: ReadonlyMap<string, string>): Promise<Uint8Array> {
  const folder = path.dirname(file)
  const beside = await realPlaceBelow(folder, placeBelow(folder, facts.get('location') ?? ''))
  const handle = await open(beside)
  try {
    const offset = Number(facts.get('offset') ?? 0)
    const length = facts.has('length') ? Number(facts.get('length')) : (await handle.stat()).size - offset
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const { bytesRead } = await handle.read(bytes, at, length - at, offset + at)
      if (bytesRead === 0) throw broken(beside)
      at += bytesRead
    }
    return bytes
  } finally {
    await handle.close()
  }
}
