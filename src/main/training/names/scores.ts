import type { Backbone } from '../../backbone/backbone.ts'
import { type Projection, readProjection } from '../../backbone/resolve/classifier.ts'
import { keptTextVectors } from '../../backbone/text/keptTextVectors.ts'
import { defaultTemplate, type TextTower } from '../../backbone/text/textFiles.ts'
import { UserError } from '../../base/errors.ts'
import { Graph } from '../../tensor/graph/graph.ts'
import { onnxModel } from '../../tensor/onnx/model.ts'
import { normalize } from '../../tensor/operators/composed.ts'
import { add } from '../../tensor/operators/elementwise.ts'
import { matmul } from '../../tensor/operators/matrix.ts'
import { type Device, Session, tensorOf } from '../../tensor/run/session.ts'

/** The text encoder's vectors of label names. */
export interface NameVectors {
  /** t_c: unit length, row-major [C, E]. */
  labels: Float32Array
  /** t_0: the prompt without a label, which any image resembles. */
  neutral: Float32Array
  width: number
}

/** The default scale, if the published one isn't known: the upper limit in CLIP's training. */
const usualScale = 100

/** Images per run. */
const imagesAtOnce = 4096

/** The prompt for a label: the template with its name filled in, underscores as spaces. */
export function promptOf(template: string, name: string): string {
  return template.replaceAll('{label}', name.replace(/_+/g, ' ').replace(/\s+/g, ' ').trim())
}

/**
 * Encodes the prompts for some labels, and the neutral one.
 * @param names of the labels, [C]
 * @throws UserError `text-tower-unreadable`, `template-wrong`
 */
export async function nameVectors(
  tower: TextTower,
  names: readonly string[],
  template = tower.template,
): Promise<NameVectors> {
  if (!template.includes('{label}')) {
    throw new UserError(
      'template-wrong',
      `“${template}” doesn’t say where the label’s name goes.`,
      `Write {label} in its place, as in “${defaultTemplate}”.`,
    )
  }
  const texts = [...names, 'something'].map((name) => promptOf(template, name))
  const { vectors, width } = await keptTextVectors(tower, texts)
  const unit = unitRows(vectors, width)
  return { labels: unit.slice(0, names.length * width), neutral: unit.slice(names.length * width), width }
}

/**
 * How much images resemble names, without any training: z = s cos(v, t_c) + b for models trained to make this a logit (SigLIP),
 * otherwise s (cos(v, t_c) - cos(v, t_0)), where t_0 is the prompt without a label (CLIP was trained to compare texts). v is the
 * pooled vector, projected into the text encoder's space. z ranks images, but isn't a calibrated logit.
 * @param read reads the pooled vectors of consecutive images, row-major [n, D]
 * @returns z, row-major [N, C]
 * @throws UserError `names-no-way`; the signal's reason when cancelled
 */
export async function nameLogits(
  backbone: Backbone,
  tower: TextTower,
  names: NameVectors,
  images: number,
  read: (first: number, end: number) => Promise<Float32Array>,
  { device, signal }: { device: Device; signal?: AbortSignal },
): Promise<Float32Array> {
  const projection = await readProjection(backbone, tower.imageOutput, names.width)
  if (projection === undefined) {
    throw new UserError(
      'names-no-way',
      `The image features of ${backbone.name} can’t be mapped to its text encoder’s space.`,
      'In the description beside the model, name the output to compare with texts as “text”, “imageOutput”.',
    )
  }
  const session = await Session.open(onnxModel(cosines(backbone.dimension, projection, names)), { device })
  const labels = names.labels.length / names.width
  const { scale = usualScale, bias } = tower
  const result = new Float32Array(images * labels)
  try {
    for (let first = 0; first < images; first += imagesAtOnce) {
      signal?.throwIfAborted()
      const end = Math.min(images, first + imagesAtOnce)
      const pooled = await read(first, end)
      const { cosine } = await session.run({ pooled: tensorOf('float32', pooled, [end - first, backbone.dimension]) })
      const values = cosine.data as Float32Array
      for (let i = 0; i < end - first; i++) {
        const row = values.subarray(i * (labels + 1), (i + 1) * (labels + 1))
        for (let c = 0; c < labels; c++) {
          const z = bias === undefined ? scale * (row[c] - row[labels]) : scale * row[c] + bias
          result[(first + i) * labels + c] = z
        }
      }
    }
    return result
  } finally {
    await session.close()
  }
}

/** [n, D] → cosines with every label and with the neutral prompt, [n, C + 1]. */
function cosines(dimension: number, projection: Projection, { labels, neutral, width }: NameVectors): Graph {
  const graph = new Graph('constants')
  const pooled = graph.input('pooled', 'float32', ['n', dimension])
  const inSpace = projection
    ? add(
        matmul(pooled, graph.constant('float32', projection.weights, [dimension, width])),
        graph.constant('float32', projection.biases, [width]),
      )
    : pooled
  const count = labels.length / width + 1
  const texts = new Float32Array(width * count)
  for (let c = 0; c < count; c++) {
    const vector = c < count - 1 ? labels.subarray(c * width, (c + 1) * width) : neutral
    for (let e = 0; e < width; e++) texts[e * count + c] = vector[e]
  }
  graph.output('cosine', matmul(normalize(inSpace), graph.constant('float32', texts, [width, count])))
  return graph
}

function unitRows(rows: Float32Array, width: number): Float32Array {
  const result = rows.slice()
  for (let start = 0; start < result.length; start += width) {
    const row = result.subarray(start, start + width)
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    if (length > 0) for (let e = 0; e < width; e++) row[e] /= length
  }
  return result
}
