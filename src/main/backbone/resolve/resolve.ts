import { stat } from 'node:fs/promises'
import { shortened, UserError } from '../../base/errors.ts'
import { Session, type Tensor, tensorOf } from '../../tensor/run/session.ts'
import { type Backbone, type BackboneInput, identityOf, inputShape, largestGrid } from '../backbone.ts'
import { findModel, type RegistryEntry, withViews } from '../list/registry.ts'
import { Preprocessor } from '../pixels/preprocess.ts'
import { textTowerOf } from '../text/textFiles.ts'
import { cutAtFeatures } from './featureCut.ts'
import { imageAlone } from './imageAlone.ts'
import { inputOf, openSizes, type ReadInput } from './input.ts'
import { featuresOf, listOf, type OutputShape, pooledOf, unusable, usableHint } from './outputs.ts'
import { noteTried, trialFor } from './trial.ts'

/** No real image backbone exceeds these sizes, and one that did would fill the disk. */
const limits = { dimension: 16_384, positions: 65_536 }

/**
 * Resolves a backbone: reads the model's declared inputs and outputs, and runs it once on a grey image, because many
 * output sizes are known only then. If no output is a feature map, the model is cut at its last one.
 * @param specification a registry name or the path of an ONNX file; `@384` after it sets the input size, `:imagenet`
 *   the normalisation, `+flip` the views
 * @throws UserError `backbone-unknown`, `backbone-missing`, `backbone-not-onnx`, `backbone-unreadable`, `backbone-operator`,
 *   `backbone-input`, `backbone-size`, `backbone-no-features`, `backbone-card-wrong`, `model-unsafe`, `model-too-large`, and
 *   those of a trial (trial.ts)
 */
export async function resolveBackbone(specification: string, signal?: AbortSignal): Promise<Backbone> {
  signal?.throwIfAborted()
  const model = await findModel(specification)
  const trial = await trialFor(model)
  if (trial) return trial({ specification, file: model.file }, signal)
  const backbone = await lookInto(model)
  await noteTried(model)
  return backbone
}

/** @param whole the file that the model was cut from */
async function lookInto(given: RegistryEntry, whole?: string): Promise<Backbone> {
  const { model, input, normalisationFrom, shapes } = await runOnce(given)
  // Files beside the model aren't beside its parts.
  const { mean, std, width, height } = input
  const told = { mean, std, size: [width, height] as [number, number], normalisationFrom }
  const isMissing = model.features !== undefined && !shapes.some(({ name }) => name === model.features)
  const found = isMissing ? null : featuresOf(shapes, input, model)
  if (found === null && whole === undefined) {
    const cut = await cutAtFeatures(model, input, shapes)
    if (cut) return lookInto({ ...model, ...cut, ...told }, given.file)
  }
  const features = isMissing ? featuresOf(shapes, input, model) : found
  const { pooled, dimension } = pooledOf(shapes, features, model)
  // Texts are compared with what comes of the vector before the projection, which such models don't give out. Where a text encoder is
  // described, its files may come later: the features are to be the same then.
  if (whole === undefined && features && pooled.from !== 'output' && (given.text || textTowerOf(given))) {
    const cut = await cutAtFeatures({ ...model, features: features.output }, input, shapes)
    if (cut?.pooled !== undefined) return lookInto({ ...model, ...cut, ...told }, given.file)
  }
  if (dimension > limits.dimension || (features && features.height * features.width > limits.positions)) {
    throw unusable(`Its features are too large: ${listOf(shapes)}.`, model)
  }
  const grid = {
    height: Math.min(largestGrid, features?.height ?? 1),
    width: Math.min(largestGrid, features?.width ?? 1),
  }
  const facts = {
    file: model.file,
    fileBytes: (await stat(model.file)).size,
    input,
    features,
    pooled,
    dimension,
    grid,
    views: model.views,
  }
  const { name, licence = '', note = '', batch: usualBatch } = model
  const about = { name: withViews(name, model.views ?? 'none'), licence, note, usualBatch, normalisationFrom }
  const source = whole ?? (model === given ? undefined : given.file)
  return { ...about, ...facts, ...(source === undefined ? {} : { whole: source }), identity: await identityOf(facts) }
}

interface RunOnce extends ReadInput {
  /** Rewritten to take only images, if it took more. */
  model: RegistryEntry
  shapes: OutputShape[]
}

/**
 * The model's input and outputs, at the first size that it runs on if none is given.
 * @param source the user's file that the model was made from
 */
async function runOnce(model: RegistryEntry, source = model.file): Promise<RunOnce> {
  const session = await openModel(model)
  try {
    const alone = source === model.file ? await imageAlone(model, session) : undefined
    if (alone) return await runOnce(alone, source)
    const read = await inputOf(session.inputs, model, source)
    const sizes = read.isSizeOpen ? openSizes : [read.input.width]
    for (const [i, size] of sizes.entries()) {
      const input = read.isSizeOpen ? { ...read.input, width: size, height: size } : read.input
      try {
        return { ...read, model, input, shapes: await outputShapes(session, input, model) }
      } catch (error) {
        if (i === sizes.length - 1 || !(error instanceof UserError && error.code === 'backbone-size')) throw error
      }
    }
    throw new Error('There is no size to try')
  } finally {
    await session.close()
  }
}

async function openModel({ file }: RegistryEntry): Promise<Session> {
  const isFile = await stat(file).then(
    (facts) => facts.isFile(),
    () => false,
  )
  if (!isFile) {
    throw new UserError(
      'backbone-missing',
      `The backbone file is missing: ${file}`,
      'Give its new path, or choose another.',
    )
  }
  try {
    return await Session.open(file, { threads: 1 })
  } catch (error) {
    const code = error instanceof UserError ? error.code : undefined
    if (code === 'model-unsafe') throw error
    const words = error instanceof Error ? error.message : String(error)
    if (code === 'model-not-onnx' || /protobuf parsing failed|no graph was found/i.test(words)) {
      throw new UserError('backbone-not-onnx', `This file isn’t an ONNX model: ${file}`, usableHint, { cause: error })
    }
    const operator = lackedOperator.exec(words)
    if (operator) {
      throw new UserError(
        'backbone-operator',
        `This model needs the operator ${operator[1] ?? operator[2]}, which ONNX Runtime lacks here: ${file}`,
        'Export it with standard ONNX operators (operator set 17, for example), or choose another model.',
        { cause: error },
      )
    }
    throw new UserError('backbone-unreadable', `This backbone can’t be loaded: ${words}`, usableHint, { cause: error })
  }
}

/** As reported by ONNX Runtime. */
const lackedOperator =
  /(?:No Op registered for|an implementation for) (\w+)|(\w+)\(-?\d+\) is not a registered function/

/** Runs the model once. @returns only numeric outputs that may hold features */
async function outputShapes(session: Session, input: BackboneInput, model: RegistryEntry): Promise<OutputShape[]> {
  const preprocessor = new Preprocessor(input)
  const images = input.batch ?? 1
  const values = preprocessor.allocate(images)
  if (input.type === 'uint8') values.fill(127)
  const shape = inputShape(input, images)
  let results: Record<string, Tensor>
  try {
    results = await session.run({ [input.name]: tensorOf(input.type, values, shape) })
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new UserError(
      'backbone-size',
      `This model doesn’t run on images of ${input.width} × ${input.height} pixels: ${model.file}: ${shortened(words, 300)}`,
      'Choose another size, as in FILE.onnx@224; many models need a multiple of 32, or of their patch size.',
      { cause: error },
    )
  }
  return Object.entries(results)
    .filter(([, tensor]) => tensor.type === 'float32' || tensor.type === 'float16')
    .filter(([, tensor]) => tensor.dims[0] === images)
    .map(([name, tensor]) => ({ name, shape: tensor.dims }))
}
