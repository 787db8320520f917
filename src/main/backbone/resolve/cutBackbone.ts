import { existsSync } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import { ImportedModel, type ImportedNode } from '../../tensor/onnx/import.ts'
import type { ModelPart, PartSize } from '../../tensor/onnx/rebuild.ts'
import { type Backbone, identityOf } from '../backbone.ts'
import { recordLength } from '../embed/pooling.ts'
import { findModel } from '../list/registry.ts'
import { Probe } from './probe.ts'
import { lastStageStart, type Waist, waistsOf } from './waists.ts'

/** A backbone, cut in two where its last stage begins. Plain data, which can pass between processes. */
export interface LastStage {
  /**
   * The part before the cut as a backbone of its own, so that its features are cached like any others. Its grid is the whole map at
   * the cut, [positions, channels].
   */
  trunk: Backbone
  /** The part after the cut, with input [images, channels, height, width] or [images, tokens, channels]. */
  tail: ModelPart
}

/**
 * Cuts a backbone before its last stage, and writes the part before the cut to the cache folder.
 * @param specification the backbone's specification (resolve.ts); a description beside the model may name the cut
 * @throws UserError `backbone-uncut` if no last stage is found, `model-weights-outside`
 */
export async function cutBackbone(backbone: Backbone, specification: string, cacheFolder: string): Promise<LastStage> {
  const model = new ImportedModel(await readFile(backbone.file))
  const wanted = wantedOf(backbone)
  const probe = new Probe(model, backbone.input, wanted)
  const start = await startOf(model, backbone, (await findModel(specification)).lastStage, probe)
  const folder = path.join(cacheFolder, 'last-stage')
  const file = path.join(folder, `${backbone.identity}.onnx`)
  const bytes = model.part([start.name])
  await mkdir(folder, { recursive: true })
  if (!existsSync(file) || !(await readFile(file)).equals(bytes)) {
    await writeAtomically(file, (handle) => handle.writeFile(bytes))
  }
  return { trunk: await trunkOf(backbone, file, start), tail: await tailOf(model, start, wanted, probe) }
}

/** The model outputs that the features are made from. */
export function wantedOf({ features, pooled }: Backbone): string[] {
  const names = [features?.output, pooled.from === 'output' ? pooled.output : undefined]
  return [...new Set(names.filter((name) => name !== undefined))]
}

/** Bytes on disk of one image's features before the last stage. */
export function trunkBytes({ trunk }: Pick<LastStage, 'trunk'>): number {
  return 2 * recordLength(trunk)
}

async function startOf(
  model: ImportedModel,
  backbone: Backbone,
  named: string | undefined,
  probe: Probe,
): Promise<Waist> {
  const names = waistsOf(model, wantedOf(backbone))
  if (named !== undefined && !names.includes(named)) {
    throw new UserError(
      'backbone-uncut',
      `The last stage can’t begin at “${named}”: not all ways to the features of ${backbone.file} lead through it.`,
      `Name another value in ${backbone.file}.json, or train without --unfreeze.`,
    )
  }
  const shapes = await probe.shapesOf(named === undefined ? names : [named], 1)
  const waists = names.flatMap((name) => (shapes.has(name) ? [{ name, shape: shapes.get(name)! }] : []))
  const { features } = backbone
  // If the model outputs no map, the last value with positions serves as its last map.
  const maps = waists.filter(({ shape }) => shape.length === 4 && shape[2] * shape[3] > 1)
  const positions = features ? features.height * features.width : (maps.at(-1)?.shape ?? []).slice(2).reduce(times, 1)
  const start = named === undefined ? lastStageStart(waists, positions, additionsOf(model)) : waists[0]
  if (start && (start.shape.length === 4 || start.shape.length === 3)) return start
  throw new UserError(
    'backbone-uncut',
    `Surmise can’t tell where the last stage of this backbone begins: ${backbone.file}`,
    `Name the value that it begins with as “lastStage” in ${backbone.file}.json, or train without --unfreeze.`,
  )
}

const times = (a: number, b: number): number => a * b

function additionsOf(model: ImportedModel): Set<string> {
  const varying = model.varying()
  const sums = model.nodes.filter(
    ({ operator, inputs }) => operator === 'Add' && inputs.every((name) => varying.has(name)),
  )
  return new Set(sums.map(({ outputs }) => outputs[0]))
}

async function trunkOf(backbone: Backbone, file: string, { name, shape }: Waist): Promise<Backbone> {
  const isMap = shape.length === 4
  const [height, width] = isMap ? shape.slice(2) : [shape[1], 1]
  const facts = {
    file,
    fileBytes: (await stat(file)).size,
    input: backbone.input,
    features: {
      output: name,
      layout: isMap ? ('nchw' as const) : ('tokens' as const),
      height,
      width,
      specialTokens: 0,
    },
    pooled: { from: 'mean' as const },
    dimension: isMap ? shape[1] : shape[2],
    grid: { height, width },
  }
  const { licence, note } = backbone
  return { name: `${backbone.name} before its last stage`, licence, note, ...facts, identity: await identityOf(facts) }
}

async function tailOf(model: ImportedModel, start: Waist, wanted: readonly string[], probe: Probe): Promise<ModelPart> {
  const reached = new Set([start.name])
  const nodes: ImportedNode[] = []
  for (const node of model.needed(wanted)) {
    if (!node.inputs.some((name) => reached.has(name)) || node.outputs.includes(start.name)) continue
    if (node.operator === 'Shape') continue
    nodes.push(node)
    for (const name of node.outputs) reached.add(name)
  }
  const varying = model.varying()
  const made = nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))
  const one = await probe.shapesOf(made, 1)
  const two = probe.anyBatch ? await probe.shapesOf(made, 2) : undefined
  const fixed = new Set(nodes.flatMap(({ inputs }) => inputs.filter((name) => name !== '' && !varying.has(name))))
  return {
    input: start,
    nodes,
    operatorSet: model.operatorSet,
    shapes: new Map([...one].map(([name, shape]) => [name, sizesOf(shape, two?.get(name), probe.fixedBatch)])),
    fixed: await probe.fixedOf([...fixed]),
  }
}

/** The dimensions that follow the batch: those that double with it. If the model fixes the batch, it is the first. */
function sizesOf(one: readonly number[], two: readonly number[] | undefined, fixedBatch: number): PartSize[] {
  return one.map((size, axis) => {
    if (two) return two[axis] === 2 * size ? { timesBatch: size } : size
    return axis === 0 && size % fixedBatch === 0 ? { timesBatch: size / fixedBatch } : size
  })
}
