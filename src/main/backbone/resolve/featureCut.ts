import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../base/files.ts'
import { ImportedModel, type ImportedNode } from '../../tensor/onnx/import.ts'
import { readWholeModel } from '../../tensor/onnx/whole.ts'
import { type BackboneInput, modelHashes } from '../backbone.ts'
import type { RegistryEntry } from '../list/registry.ts'
import { asMap, type OutputShape, pooledNames } from './outputs.ts'
import { Probe } from './probe.ts'
import { programCacheFolder } from './programCache.ts'
import { withNumbersBetween } from './quantized.ts'
import { waistsOf } from './waists.ts'

/** A model cut at its last feature map: its own file, and the roles of its outputs. */
export type FeatureCut = Pick<RegistryEntry, 'file' | 'features' | 'pooled' | 'specialTokens'>

/** Increased when the same model would be cut elsewhere. */
const cutVersion = 2

/** Values probed in one run, counted from the end of the model. */
const waistsAtOnce = 24

const keptCut = z.object({
  features: z.string().optional(),
  pooled: z.string().optional(),
  specialTokens: z.number().optional(),
  bytes: z.number(),
})

/**
 * Cuts a model without a feature map among its outputs at its last one, and writes the part up to there, without the classifier and its
 * weights, to the program's cache. The user's file isn't changed. An existing cut is reused.
 * @param outputs the model's own outputs
 * @returns undefined if there is no such place
 * @throws UserError `model-too-large`; what the file system throws
 */
export async function cutAtFeatures(
  model: RegistryEntry,
  input: BackboneInput,
  outputs: readonly OutputShape[],
): Promise<FeatureCut | undefined> {
  const { file, features, pooled, specialTokens } = model
  const { mean: _m, std: _s, ...taken } = input
  const facts = { cutVersion, model: await modelHashes(file), taken, features, pooled, specialTokens }
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
  const folder = path.join(programCacheFolder(), 'backbones')
  const [cutFile, notes] = [path.join(folder, `${key}.onnx`), path.join(folder, `${key}.json`)]
  const kept = await readKept(cutFile, notes)
  if (kept) return kept.bytes === 0 ? undefined : { file: cutFile, ...placesOf(kept) }
  const imported = new ImportedModel(withNumbersBetween(await readWholeModel(file)))
  const place = await new Search(imported, input, model).find(outputs)
  const bytes = place && imported.part([place.features, place.pooled].filter((name) => name !== undefined))
  await mkdir(folder, { recursive: true })
  if (bytes) await writeAtomically(cutFile, (handle) => handle.writeFile(bytes))
  const written = JSON.stringify({ ...place, bytes: bytes?.length ?? 0 })
  await writeAtomically(notes, (handle) => handle.writeFile(written))
  return place && { file: cutFile, ...placesOf(place) }
}

type Places = Pick<FeatureCut, 'features' | 'pooled' | 'specialTokens'>

const placesOf = ({ features, pooled, specialTokens }: Places): Places => ({ features, pooled, specialTokens })

async function readKept(cutFile: string, notes: string): Promise<z.infer<typeof keptCut> | undefined> {
  try {
    const kept = keptCut.parse(JSON.parse(await readFile(notes, 'utf8')))
    // Another program may have cleaned up the cache.
    if (kept.bytes > 0 && (await stat(cutFile)).size !== kept.bytes) return undefined
    return kept
  } catch {
    return undefined
  }
}

/** Operators that only rearrange numbers. Their input is the same data in a more telling form. */
const moving = new Set([
  ...['Reshape', 'Transpose', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout', 'Gather', 'Slice', 'Split'],
  // Attention maps, not features.
  ...['Softmax', 'MatMul'],
])
const linear = new Set([
  ...['Gemm', 'MatMul', 'Conv', 'MatMulInteger', 'com.microsoft.FusedMatMul'],
  ...['QLinearConv', 'QLinearMatMul', 'com.microsoft.QGemm'],
])

/** Maximum number of tokens before the patches: class token and registers. */
const mostSpecials = 64

class Search {
  readonly #model: ImportedModel
  readonly #input: BackboneInput
  readonly #said: RegistryEntry
  readonly #makers: ReadonlyMap<string, ImportedNode>
  readonly #shapes = new Map<string, readonly number[]>()

  constructor(model: ImportedModel, input: BackboneInput, said: RegistryEntry) {
    this.#model = model
    this.#input = input
    this.#said = said
    this.#makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  }

  /** The last value with positions that every path to the outputs goes through, and the vector derived from it. */
  async find(outputs: readonly OutputShape[]): Promise<Places | undefined> {
    const vectors = outputs.filter(isVector).map(({ name }) => name)
    const ends = vectors.length > 0 ? vectors : this.#model.outputs
    const waists = waistsOf(this.#model, ends)
    const probe = new Probe(this.#model, this.#input, ends)
    const named = this.#said.features
    if (named !== undefined && !this.#makers.has(named)) return undefined
    let at = named === undefined ? -1 : waists.indexOf(named)
    if (named !== undefined && at < 0) return { features: named, specialTokens: this.#said.specialTokens }
    for (let end = waists.length; end > 0 && (named === undefined ? at < 0 : end > at + 1); end -= waistsAtOnce) {
      const some = waists.slice(Math.max(0, end - waistsAtOnce), end)
      await this.#look(probe, some)
      if (named !== undefined) continue
      const place = some.findLastIndex((name) => this.#isSpatial(name))
      if (place >= 0) at = Math.max(0, end - waistsAtOnce) + place
    }
    if (at < 0) return this.#vectorOnly(waists, outputs)
    const features = waists[at]
    await this.#look(probe, [features])
    const specialTokens = await this.#specialTokens(features, waists, probe)
    return { features, pooled: this.#pooled(features, waists.slice(at + 1), outputs), specialTokens }
  }

  async #look(probe: Probe, names: readonly string[]): Promise<void> {
    const unseen = names.filter((name) => !this.#shapes.has(name))
    if (unseen.length === 0) return
    for (const [name, shape] of await probe.shapesOf(unseen, 1)) this.#shapes.set(name, shape)
  }

  /** The node that produces this value; for dequantised bytes, the node that produced the bytes. */
  #operatorOf(name: string): string {
    const maker = this.#makers.get(name)
    if (maker?.operator !== 'DequantizeLinear') return maker?.operator ?? ''
    return this.#makers.get(maker.inputs[0])?.operator ?? ''
  }

  #isSpatial(name: string): boolean {
    const shape = this.#shapes.get(name)
    if (!shape || shape[0] !== (this.#input.batch ?? 1) || moving.has(this.#operatorOf(name))) return false
    if (shape.length === 4) return this.#isMap(name, shape)
    return (
      shape.length === 3 &&
      shape[1] > 1 &&
      shape[2] > 1 &&
      asMap({ name, shape }, this.#input, this.#tokensOf(shape)) !== null
    )
  }

  /** Has about the image's aspect ratio, is much smaller than it, and has more than one position. */
  #isMap(name: string, shape: readonly number[]): boolean {
    const { height, width } = asMap({ name, shape }, this.#input, {})!
    const isAlike = Math.abs(Math.log((height * this.#input.width) / (width * this.#input.height))) < 0.5
    return isAlike && height * width > 1 && 4 * height * width <= this.#input.height * this.#input.width
  }

  #tokensOf(shape: readonly number[]): Pick<RegistryEntry, 'specialTokens'> {
    const specialTokens = this.#said.specialTokens ?? this.#beforePatches(shape[1])
    return specialTokens === undefined ? {} : { specialTokens }
  }

  /** Finds the last earlier map with no more positions than there are tokens: its positions are the patches. */
  #beforePatches(tokens: number): number | undefined {
    let found: number | undefined
    for (const [name, shape] of this.#shapes) {
      if (shape.length !== 4 || !this.#isMap(name, shape)) continue
      const { height, width } = asMap({ name, shape }, this.#input, {})!
      const others = tokens - height * width
      if (others >= 0 && others <= mostSpecials) found = Math.min(found ?? others, others)
    }
    return found
  }

  async #specialTokens(features: string, waists: readonly string[], probe: Probe): Promise<number | undefined> {
    const shape = this.#shapes.get(features)
    if (shape?.length !== 3) return undefined
    // A transformer makes its patches at the beginning.
    await this.#look(probe, waists.slice(0, waistsAtOnce))
    const { specialTokens } = this.#tokensOf(shape)
    return specialTokens ?? asMap({ name: features, shape }, this.#input, {})?.specialTokens
  }

  /** The vector that the first layer after the map reads, if it is as wide as the map. */
  #pooled(features: string, after: readonly string[], outputs: readonly OutputShape[]): string | undefined {
    const shape = this.#shapes.get(features)!
    const map = shape.length === 4 ? asMap({ name: features, shape }, this.#input, {}) : null
    const width = map?.layout === 'nchw' ? shape[1] : shape[shape.length - 1]
    const { pooled: said } = this.#said
    const given = outputs.filter((one) => isVector(one) && one.shape[1] === width)
    const named = given.find(({ name }) => (said === undefined ? pooledNames.test(name) : name === said))
    if (named) return named.name
    let found: string | undefined
    for (const name of after) {
      const vector = this.#vector(name)
      if (vector && linear.has(this.#operatorOf(name))) break
      if (vector?.[1] === width) found = name
    }
    return found
  }

  /** Without a map: the vector before the last layer, unless the model itself says which vector is meant. */
  #vectorOnly(waists: readonly string[], outputs: readonly OutputShape[]): Places | undefined {
    if (this.#said.pooled !== undefined || outputs.some((one) => isVector(one) && pooledNames.test(one.name)))
      return undefined
    let [last, found]: [string | undefined, string | undefined] = [undefined, undefined]
    for (const name of waists) {
      if (!this.#vector(name)) continue
      if (linear.has(this.#operatorOf(name))) found = last
      last = name
    }
    return found === undefined ? undefined : { pooled: found }
  }

  #vector(name: string): readonly number[] | undefined {
    const shape = this.#shapes.get(name)
    return shape && isVector({ shape }) && shape[0] === (this.#input.batch ?? 1) ? shape : undefined
  }
}

const isVector = ({ shape }: Pick<OutputShape, 'shape'>): boolean =>
  shape.length >= 2 && shape.slice(2).every((size) => size === 1)
