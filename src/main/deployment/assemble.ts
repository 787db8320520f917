import type { Backbone } from '../backbone/backbone.ts'
import { mirrors } from '../backbone/pixels/views.ts'
import { wantedOf } from '../backbone/resolve/cutBackbone.ts'
import type { ModelMessage } from '../tensor/onnx/format.ts'
import { ImportedModel } from '../tensor/onnx/import.ts'
import { joinModels, type ModelStep } from '../tensor/onnx/joinModels.ts'
import { batchOf, blendModel, featuresModel, inputModel, mirrorModel, recordModel, trunkModel } from './graphs.ts'
import type { ImageBlend } from './imageBlend.ts'

/** The parts that an exported model is assembled from. */
export interface Parts {
  backbone: Backbone
  /** The part of the backbone before its last stage, if that stage was trained too. */
  trunk: Backbone | undefined
  /** The backbone's ONNX file, including its weights; without it, the model takes features instead of images. */
  backboneModel: Uint8Array | undefined
  /** From training (see `recognizerModel`) */
  head: Uint8Array
  blend: ImageBlend
  folds: number
}

/** An output needed only for measuring: [images, folds, C] */
export const foldLogits = 'fold_logits'

/**
 * Joins backbone, head, blend and calibration into one model. Inputs: `image` [images, 3, height, width], RGB in 0 … 255; or,
 * without the backbone, `grid`, `pooled` (and `trunk`). Outputs: `probabilities` and `logits` [images, C], `attention` [images, C,
 * height, width], and `fold_logits`.
 * @throws UserError `operator-set`
 */
export function assemble(parts: Parts, metadata: Record<string, string>): ModelMessage {
  const { backbone, trunk, head, blend, folds } = parts
  const features = parts.backboneModel ? imageSteps(parts, parts.backboneModel) : featureSteps(parts)
  const sizes = {
    folds,
    labels: blend.weights.length,
    images: parts.backboneModel ? batchOf(backbone) : 'images',
    grid: backbone.grid,
  }
  const headInputs = { grid: features.grid, pooled: features.pooled, ...(trunk ? { trunk: features.trunk } : {}) }
  const steps: ModelStep[] = [
    ...features.steps,
    { name: 'head', model: head, inputs: headInputs },
    {
      name: 'blend',
      model: blendModel(blend, sizes),
      inputs: {
        linear: 'head/linear',
        map: 'head/map',
        sst: 'head/sst',
        alpha: 'head/attention',
      },
    },
  ]
  const outputs = ['probabilities', 'logits', 'attention', foldLogits]
  return joinModels(steps, Object.fromEntries(outputs.map((name) => [name, `blend/${name}`])), metadata)
}

/** The same model without what is needed only for measuring. */
export function withoutFoldLogits(message: ModelMessage): ModelMessage {
  const { graph } = message
  return { ...message, graph: { ...graph, output: graph.output.filter(({ name }) => name !== foldLogits) } }
}

interface FeatureSteps {
  steps: ModelStep[]
  /** The head's inputs, as `step/output` */
  grid: string
  pooled: string
  trunk: string
}

function featureSteps({ backbone, trunk }: Parts): FeatureSteps {
  const steps = [{ name: 'features', model: featuresModel(backbone, trunk), inputs: {} }]
  return { steps, grid: 'features/grid16', pooled: 'features/pooled16', trunk: 'features/trunk16' }
}

function imageSteps({ backbone, trunk }: Parts, file: Uint8Array): FeatureSteps {
  const wanted = wantedOf(backbone)
  const before = trunk?.features?.output
  const model = new ImportedModel(file).part(before === undefined ? wanted : [...new Set([...wanted, before])])
  const record = recordModel(backbone)
  const recordOf = (step: string): Record<string, string> => ({
    ...(backbone.features ? { features: `${step}/${backbone.features.output}` } : {}),
    ...(backbone.pooled.from === 'output' ? { pooled: `${step}/${backbone.pooled.output}` } : {}),
  })
  const { name: input } = backbone.input
  const steps: ModelStep[] = [
    { name: 'input', model: inputModel(backbone), inputs: {} },
    { name: 'backbone', model, inputs: { [input]: 'input/input' } },
    { name: 'record', model: record, inputs: recordOf('backbone') },
  ]
  let seen = 'record'
  if (mirrors(backbone.views)) {
    seen = 'both'
    steps.push(
      { name: 'mirror', model, inputs: { [input]: 'input/mirrored' }, weightsOf: 'backbone' },
      { name: 'mirror-record', model: record, inputs: recordOf('mirror'), weightsOf: 'record' },
      {
        name: seen,
        model: mirrorModel(backbone),
        inputs: {
          grid: 'record/grid16',
          pooled: 'record/pooled16',
          mirroredGrid: 'mirror-record/grid16',
          mirroredPooled: 'mirror-record/pooled16',
        },
      },
    )
  }
  if (trunk && before !== undefined) {
    steps.push({ name: 'trunk', model: trunkModel(backbone, trunk), inputs: { map: `backbone/${before}` } })
  }
  return { steps, grid: `${seen}/grid16`, pooled: `${seen}/pooled16`, trunk: 'trunk/trunk16' }
}
