import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import protobuf from 'protobufjs'
import { shortened, UserError } from '../../base/errors.ts'
import { placeBelow, realPlaceBelow } from '../../base/places.ts'
import { GraphSurvey, type OutsideTensor } from './survey.ts'

/** The format's own limit: its sizes have 31 bits. */
const largestFile = 0x7fffffff

/** The domains of ONNX's own operators, and of those in every build of ONNX Runtime. */
const knownDomains = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'])

/**
 * Checks an ONNX file before anything else reads it, since a model is data that may come from a stranger. Refused are models that
 * need custom operators, refer to files outside their folder, or claim sizes that they don't have.
 * @throws UserError `model-not-onnx`, `model-unsafe`; what the file system throws
 */
export async function requireSafeModel(file: string): Promise<void> {
  if ((await stat(file)).size > largestFile) {
    throw unsafe(file, 'It is larger than such a file can be', 'Export it with its weights in a file beside it.')
  }
  const survey = surveyOf(await readFile(file), file)
  const { fault } = survey
  if (fault) throw unsafe(file, fault, 'Export the model again, or choose another.')
  for (const [domain, operator] of survey.operators) {
    if (knownDomains.has(domain) || survey.functions.has(domain)) continue
    throw unsafe(
      file,
      `It needs an operator of a program’s own, ${shortened(domain, 80)}.${shortened(operator, 80)}, and Surmise runs none`,
      'Export it with the operators of ONNX alone.',
    )
  }
  for (const tensor of survey.outside) await requireBeside(file, tensor)
}

function surveyOf(bytes: Uint8Array, file: string): GraphSurvey {
  try {
    const survey = new GraphSurvey()
    survey.model(protobuf.Reader.create(bytes))
    if (survey.hasGraph) return survey
  } catch (cause) {
    throw notOnnx(file, { cause })
  }
  throw notOnnx(file)
}

/** Weights may lie in another file, which must be in the model's folder once links are resolved, and long enough. */
async function requireBeside(file: string, { location, offset, length, bytes }: OutsideTensor): Promise<void> {
  const folder = path.dirname(file)
  const hint = 'Put its weights beside it, under the name they were written with.'
  let beside: string
  try {
    beside = await realPlaceBelow(folder, placeBelow(folder, location))
  } catch (cause) {
    const isOutside = cause instanceof UserError
    const where = isOutside ? 'in a file outside its folder' : 'in a file that is not there'
    throw unsafe(file, `It keeps weights ${where}, “${shortened(location, 80)}”`, hint, { cause })
  }
  const { size } = await stat(beside)
  const held = length ?? size - offset
  const isWhole = offset >= 0 && held >= 0 && Number.isSafeInteger(offset + held) && offset + held <= size
  if (!isWhole || bytes > held) throw unsafe(file, `“${shortened(location, 80)}” is too short for its weights`, hint)
}

function unsafe(file: string, reason: string, hint: string, options?: ErrorOptions): UserError {
  return new UserError('model-unsafe', `This model wasn’t loaded. ${reason}: ${file}`, hint, options)
}

function notOnnx(file: string, options?: ErrorOptions): UserError {
  return new UserError('model-not-onnx', `This file isn’t an ONNX model: ${file}`, 'Choose another ONNX file.', options)
}
