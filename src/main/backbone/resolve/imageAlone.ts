import { createHash } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeAtomically } from '../../base/files.ts'
import {
  attributeType,
  decodeModel,
  elementTypeNumber,
  encodeModel,
  type GraphMessage,
  type NodeMessage,
} from '../../tensor/onnx/format.ts'
import { ImportedModel } from '../../tensor/onnx/import.ts'
import { readWholeModel } from '../../tensor/onnx/whole.ts'
import { type ElementType, type Session, tensorOf, type ValueInfo } from '../../tensor/run/session.ts'
import { modelHashes } from '../backbone.ts'
import { defaultSize, type RegistryEntry } from '../list/registry.ts'
import { programCacheFolder } from './programCache.ts'

/** Increased when the same model would be rewritten differently. */
const rewriteVersion = 1

const [axesAreInput, images] = [13, 4]

/**
 * Rewrites a model so that it takes a batch of images and nothing else. The original may also take a mask of the pixels
 * (all of them count) or a text that the image's features don't depend on (CLIP with both encoders), or only take a single
 * image without a batch. The result is kept in the program's cache; the user's file isn't changed.
 * @param session the model, open
 * @returns undefined if the model needs no rewriting, or can't be rewritten
 * @throws UserError `model-too-large`; what the file system throws
 */
export async function imageAlone(model: RegistryEntry, session: Session): Promise<RegistryEntry | undefined> {
  const { inputs } = session
  const image = imageAmong(inputs)
  if (!image || (inputs.length === 1 && image.shape.length === images)) return undefined
  const facts = { rewriteVersion, model: await modelHashes(model.file) }
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
  const folder = path.join(programCacheFolder(), 'backbones')
  const file = path.join(folder, `${key}.onnx`)
  const isThere = await stat(file).then(
    () => true,
    () => false,
  )
  if (isThere) return { ...model, file }

  const whole = new ImportedModel(await readWholeModel(model.file))
  const masks = inputs.filter((one) => one !== image && isMask(one))
  const given = new Set([image, ...masks].map(({ name }) => name))
  const outputs = whole.outputs.filter((name) => whole.inputsOf([name]).every((input) => given.has(input)))
  if (outputs.length === 0) return undefined
  const message = decodeModel(whole.part(outputs))
  for (const mask of masks) fillMask(message.graph, image, mask)
  if (image.shape.length < images) {
    const single = outputs.length === whole.outputs.length ? await singleOutputs(session, image) : outputs
    addBatch(message.graph, image, single, whole.operatorSet)
  }
  await mkdir(folder, { recursive: true })
  const bytes = encodeModel(message)
  await writeAtomically(file, (handle) => handle.writeFile(bytes))
  return { ...model, file }
}

const isMask = ({ name, shape }: ValueInfo): boolean =>
  /mask/i.test(name) && (shape.length === 3 || (shape.length === images && shape[1] === 1))

/** The only input that can be an image; undefined if none or several can. */
function imageAmong(inputs: readonly ValueInfo[]): ValueInfo | undefined {
  const numbers = inputs.filter((one) => /^(float|uint8)/.test(one.type) && !isMask(one))
  const batches = numbers.filter(({ shape }) => shape.length === images)
  const single = numbers.filter(({ shape }) => shape.length === 3 && (shape[0] === 3 || shape[2] === 3))
  const found = batches.length > 0 ? batches : single
  return found.length === 1 ? found[0] : undefined
}

/** Outputs without a batch axis, found by a run on a grey image. */
async function singleOutputs(session: Session, { name, type, shape }: ValueInfo): Promise<string[]> {
  const sizes = shape.map((size) => (typeof size === 'number' ? size : defaultSize))
  const values = arrayFor(
    type as ElementType,
    sizes.reduce((a, b) => a * b, 1),
  )
  const results = await session.run({ [name]: tensorOf(type as ElementType, values, sizes) })
  return Object.entries(results).flatMap(([output, { dims }]) => (dims[0] === 1 && dims.length > 1 ? [] : [output]))
}

const arrayFor = (type: ElementType, length: number) =>
  type === 'uint8' ? new Uint8Array(length) : type === 'float16' ? new Float16Array(length) : new Float32Array(length)

/** Creates an all-ones mask inside the model, as large as the batch. */
function fillMask(graph: GraphMessage, image: ValueInfo, mask: ValueInfo): void {
  const place = graph.input.findIndex(({ name }) => name === mask.name)
  if (place < 0) return
  const [{ type }] = graph.input.splice(place, 1)
  // A mask has no channel axis.
  const sides = image.shape[1] === 3 || image.shape[3] !== 3 ? [2, 3] : [1, 2]
  const axes = mask.shape.length === 3 ? [0, ...sides] : [0, -1, ...sides]
  const name = (what: string) => `${mask.name}/${what}`
  const sizes = axes.map((axis, i): { nodes: NodeMessage[]; from: string } => {
    const fixed = mask.shape[i]
    const from = name(`size ${i}`)
    if (typeof fixed === 'number' || axis < 0) {
      addIntegers(graph, from, [typeof fixed === 'number' ? fixed : 1])
      return { nodes: [], from }
    }
    addIntegers(graph, name(`axis ${i}`), [axis])
    return { nodes: [node('Gather', [name('shape'), name(`axis ${i}`)], from)], from }
  })
  const elements = type?.tensor_type.elem_type ?? elementTypeNumber.int64
  const one = { name: '', dims: [1], data_type: elements, raw_data: oneAs(elements) }
  graph.node.unshift(
    node('Shape', [image.name], name('shape')),
    ...sizes.flatMap(({ nodes }) => nodes),
    node(
      'Concat',
      sizes.map(({ from }) => from),
      name('sizes'),
      [{ name: 'axis', type: attributeType.int, i: 0 }],
    ),
    node('ConstantOfShape', [name('sizes')], mask.name, [{ name: 'value', type: attributeType.tensor, t: one }]),
  )
}

/** The bytes of 1 in this type. */
function oneAs(elements: number): Uint8Array {
  switch (elements) {
    case elementTypeNumber.float32:
      return new Uint8Array(new Float32Array([1]).buffer)
    case elementTypeNumber.float16:
      return new Uint8Array(new Float16Array([1]).buffer)
    case elementTypeNumber.float64:
      return new Uint8Array(new Float64Array([1]).buffer)
    case elementTypeNumber.int64:
      return new Uint8Array(new BigInt64Array([1n]).buffer)
    case elementTypeNumber.int32:
      return new Uint8Array(new Int32Array([1]).buffer)
    default:
      return Uint8Array.of(1)
  }
}

/** [3,H,W] becomes [1,3,H,W]; outputs without a batch axis get one, too. */
function addBatch(graph: GraphMessage, image: ValueInfo, outputs: readonly string[], operatorSet: number): void {
  const axes = 'axes of one image'
  const isInput = operatorSet >= axesAreInput
  if (isInput) addIntegers(graph, axes, [0])
  const along = (operator: string, from: string, to: string): NodeMessage =>
    isInput
      ? node(operator, [from, axes], to)
      : node(operator, [from], to, [{ name: 'axes', type: attributeType.ints, ints: [0] }])
  const inner = new Map([image.name, ...outputs].map((name) => [name, `${name}/one`]))
  for (const one of graph.node) rename(one, inner)
  graph.node.unshift(along('Squeeze', image.name, inner.get(image.name)!))
  graph.node.push(...outputs.map((name) => along('Unsqueeze', inner.get(name)!, name)))
  const shape = graph.input.find(({ name }) => name === image.name)?.type?.tensor_type.shape
  shape?.dim.unshift({ dim_value: 1 })
}

/** Subgraphs see the names of the graph around them. */
function rename(one: NodeMessage, names: ReadonlyMap<string, string>): void {
  const renamed = (list: string[]) => list.map((name) => names.get(name) ?? name)
  one.input = renamed(one.input)
  one.output = renamed(one.output)
  for (const { g } of one.attribute ?? []) for (const inner of g?.node ?? []) rename(inner, names)
}

function node(
  operator: string,
  input: string[],
  output: string,
  attribute: NodeMessage['attribute'] = [],
): NodeMessage {
  return { op_type: operator, input, output: [output], attribute }
}

function addIntegers(graph: GraphMessage, name: string, values: readonly number[]): void {
  const data = BigInt64Array.from(values, BigInt)
  graph.initializer.push({
    ...{ name, dims: [values.length], data_type: elementTypeNumber.int64 },
    raw_data: new Uint8Array(data.buffer),
  })
}
