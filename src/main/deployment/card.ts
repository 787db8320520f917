import type { Backbone } from '../backbone/backbone.ts'
import { State } from '../domain/state.ts'
import { batchOf } from './graphs.ts'
import type { BlendQuality, ImageBlend } from './imageBlend.ts'
import type { Precision } from './smaller.ts'

/** What the caller knows about the project and the model. */
export interface Provenance {
  project: string
  /** Milliseconds since 1970. */
  trainedAt: number
  exportedAt: number
  appVersion: string
  device: string | null
  seed: number
}

/** The loss from storing weights in fewer bits, measured on held-out labels. */
export interface PrecisionLoss {
  images: number
  entries: number
  /** Mean average precision with full and with reduced weights, fractions; null if there was nothing to rank. */
  mAP: { full: number | null; reduced: number | null }
  /** The largest difference of a probability. */
  largestDifference: number
}

/** How closely the exported model, run on images, reproduces the program's own numbers. */
export interface Agreement {
  images: number
  probabilities: number
  logits: number
}

export interface ModelCard {
  format: 'surmise model card 1'
  name: string
  task: string
  labels: {
    name: string
    present: number
    absent: number
    averagePrecision: number | null
    threshold: number
    /** What was added to the log odds because the prevalence among unknown pairs differs. */
    shift: number
  }[]
  data: { project: string; images: number; known: number; present: number; absent: number; unknown: number }
  heldOut: {
    what: string
    entries: number
    mAP: number | null
    recallAtP90: number | null
    calibrationError: number | null
    reliability: { from: number; to: number; count: number; predicted: number | null; observed: number | null }[]
  }
  method: string
  leftOut: string
  input: { name: string; shape: (number | string)[]; width: number; height: number; preprocessing: string } | null
  features: Record<string, (number | string)[]> | null
  outputs: Record<string, string>
  backbone: { name: string; licence: string; note: string; included: boolean }
  precision: { weights: Precision; loss: PrecisionLoss | null }
  agreement: Agreement | null
  trainedAt: string
  exportedAt: string
  trainedWith: string
}

export const preprocessingText =
  'RGB in sRGB, upright (EXIF orientation applied), transparency flattened onto white; stretched to the input size without keeping the ' +
  'aspect ratio, each side by itself: a longer one is reduced with a triangle filter over as many pixels as become one, and rounded to 8 ' +
  'bits; a shorter one is enlarged bilinearly, unrounded. Centres of pixels lie at one half (align_corners=False), and beyond the edge the ' +
  'edge goes on. float32 values from 0 to 255. The model normalises them itself.'

const methodText =
  'A frozen image backbone with three kinds of heads per label: a linear head, a head on the spatial feature map, and a network ' +
  '(Structured Semantic Transfer: attention per label, a graph of labels, pseudo-labels). Each is trained three times on parts of ' +
  'the known labels; the parts left out set its weight for each label and calibrate the result.'
const tunedText = ' The backbone’s last stage was fine-tuned with the networks.'
const leftOutText =
  'In Surmise, similar images of the project and the other known labels of an image also inform the suggestions. A single image can’t ' +
  'provide these, so this model leaves them out; its weights and calibration were fitted without them, on the same held-out labels.'

export interface CardInput {
  name: string
  provenance: Provenance
  names: readonly string[]
  /** y at the time of training, N×C */
  states: Int8Array
  blend: ImageBlend
  quality: BlendQuality
  backbone: Backbone
  trunk: Backbone | undefined
  included: boolean
  precision: Precision
  loss: PrecisionLoss | null
  agreement: Agreement | null
}

export function modelCard(input: CardInput): ModelCard {
  const { provenance, names, states, blend, quality, backbone, trunk, included } = input
  const { width, height } = backbone.input
  const count = (state: number): number => states.reduce((sum, one) => sum + (one === state ? 1 : 0), 0)
  const { labels, metrics } = quality
  const batch = included ? batchOf(backbone) : 'images'
  const grid = `${batch} × ${names.length} × ${backbone.grid.height} × ${backbone.grid.width}`
  return {
    format: 'surmise model card 1',
    name: input.name,
    task: 'Multi-label image classification: for each label, the probability that it is present.',
    labels: labels.map(({ name, present, absent, averagePrecision }, label) => ({
      ...{ name, present, absent, averagePrecision: finite(averagePrecision.blend) },
      ...{ threshold: quality.thresholds[label], shift: blend.shifts[label] },
    })),
    data: {
      project: provenance.project,
      images: states.length / names.length,
      known: count(State.present) + count(State.absent),
      present: count(State.present),
      absent: count(State.absent),
      unknown: count(0),
    },
    heldOut: {
      what: 'Measured on known labels, each predicted by heads and a calibration that hadn’t seen it.',
      entries: metrics.heldOut,
      mAP: finite(metrics.mAP.blend),
      recallAtP90: finite(metrics.recallAtP90),
      calibrationError: finite(metrics.calibrationError),
      reliability: quality.reliability.map(({ from, to, count: entries, predicted, observed }) => ({
        ...{ from, to, count: entries, predicted: finite(predicted), observed: finite(observed) },
      })),
    },
    method: methodText + (trunk ? tunedText : ''),
    leftOut: leftOutText,
    input: included
      ? { name: 'image', shape: [batch, 3, height, width], width, height, preprocessing: preprocessingText }
      : null,
    features: included ? null : featureShapes(backbone, trunk),
    outputs: {
      probabilities: `[${batch} × ${names.length}] that each label is present, calibrated, 0 to 1`,
      logits: `[${batch} × ${names.length}] the same as log odds`,
      attention: `[${grid}] where the networks look for each label; sums to 1`,
    },
    backbone: { ...backboneFacts(backbone), included },
    precision: { weights: input.precision, loss: input.loss },
    agreement: input.agreement,
    trainedAt: new Date(provenance.trainedAt).toISOString(),
    exportedAt: new Date(provenance.exportedAt).toISOString(),
    trainedWith: `Surmise ${provenance.appVersion}, seed ${provenance.seed}${provenance.device ? `, ${provenance.device}` : ''}`,
  }
}

/** The input shapes of a model without its backbone. */
export function featureShapes(backbone: Backbone, trunk: Backbone | undefined): Record<string, (number | string)[]> {
  const { grid, dimension } = backbone
  return {
    grid: ['images', grid.height * grid.width, dimension],
    pooled: ['images', dimension],
    ...(trunk ? { trunk: ['images', trunk.grid.height * trunk.grid.width, trunk.dimension] } : {}),
  }
}

function backboneFacts({ name, licence, note }: Backbone) {
  const stated = licence === '' ? 'not stated; ask its authors' : licence
  return { name, licence: stated, note }
}

/** The metadata in the ONNX file itself. It doesn't depend on when the model is exported. */
export function metadataOf(card: ModelCard): Record<string, string> {
  const { name, labels, input, features, outputs, heldOut, leftOut, backbone, precision, trainedAt, trainedWith } = card
  const { mAP, calibrationError, entries } = heldOut
  return {
    name,
    labels: JSON.stringify(labels.map((label) => label.name)),
    thresholds: JSON.stringify(labels.map(({ threshold }) => threshold)),
    preprocessing: JSON.stringify(
      input
        ? {
            input: 'image',
            width: input.width,
            height: input.height,
            colour: 'RGB',
            range: [0, 255],
            how: input.preprocessing,
          }
        : { inputs: features, how: 'features of the backbone, float32' },
    ),
    outputs: JSON.stringify(outputs),
    heldOut: JSON.stringify({ mAP, calibrationError, entries }),
    leftOut,
    backbone: backbone.name,
    licence: backbone.licence,
    weights: precision.weights,
    trainedAt,
    trainedWith,
  }
}

export function cardMarkdown(card: ModelCard): string {
  const { data, heldOut, precision, backbone } = card
  const { loss } = precision
  const rows = card.labels.map(
    ({ name, present, absent, averagePrecision, threshold, shift }) =>
      `| ${escaped(name)} | ${present} | ${absent} | ${percent(averagePrecision)} | ${threshold.toFixed(3)} | ${shift === 0 ? '–' : shift.toFixed(2)} |`,
  )
  const bins = heldOut.reliability
    .filter(({ count }) => count > 0)
    .map(
      ({ from, to, count, predicted, observed }) =>
        `| ${percent(from, 0)} … ${percent(to, 0)} | ${count} | ${percent(predicted)} | ${percent(observed)} |`,
    )
  const lines = [
    `# ${escaped(card.name)}`,
    '',
    card.task,
    '',
    `- Trained ${card.trainedAt.slice(0, 10)} with ${card.trainedWith}; exported ${card.exportedAt.slice(0, 10)}.`,
    `- Backbone: ${escaped(backbone.name)}${backbone.included ? '' : ' (not included; the model takes its features)'}. Licence: ${escaped(backbone.licence)}.`,
    ...(card.input ? [`- Input: \`image\` [${card.input.shape.join(' × ')}]. ${card.input.preprocessing}`] : []),
    ...Object.entries(card.features ?? {}).map(
      ([name, shape]) => `- Input: \`${name}\` [${shape.join(' × ')}], float32.`,
    ),
    ...Object.entries(card.outputs).map(([name, what]) => `- Output: \`${name}\` ${what}.`),
    '',
    '## Data',
    '',
    `Project “${escaped(data.project)}”: ${data.images} images; ${data.known} labels known (${data.present} present, ${data.absent} absent), ${data.unknown} unknown.`,
    '',
    '## Accuracy on labels it hasn’t seen',
    '',
    `${heldOut.what} On ${heldOut.entries} such labels: mean average precision ${percent(heldOut.mAP)}, recall at 90% precision ${percent(heldOut.recallAtP90)}, calibration error ${percent(heldOut.calibrationError)}.`,
    '',
    '| label | present | absent | average precision | best-F1 threshold | prevalence shift (log odds) |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    'Calibration over all labels:',
    '',
    '| predicted | labels | mean prediction | actually present |',
    '|---|---|---|---|',
    ...bins,
    '',
    '## How it works',
    '',
    `${card.method} ${card.leftOut}`,
    '',
    ...(card.labels.some(({ shift }) => shift !== 0)
      ? [
          'Some labels are more or less common among the unknown than among the known (for example, because they are often ticked and rarely denied). Their probabilities were shifted accordingly, so on the known labels they differ from the table above.',
          '',
        ]
      : []),
    '## Numbers',
    '',
    `Weights: ${precision.weights}. ${lossText(loss, precision.weights)}`,
    agreementText(card.agreement),
    '',
  ]
  return lines.join('\n')
}

/** The main facts, in sentences, for the person who exports the model. */
export function cardSummary({ heldOut, precision, agreement }: ModelCard): string[] {
  return [
    `${heldOut.entries} held-out labels: mean average precision ${percent(heldOut.mAP)}, calibration error ${percent(heldOut.calibrationError)}. It leaves out similar images and an image’s other labels, which Surmise itself also uses.`,
    ...(precision.weights === 'float32' ? [] : [lossText(precision.loss, precision.weights)]),
    agreementText(agreement),
  ]
}

function agreementText(agreement: Agreement | null): string {
  if (!agreement) return 'None of the images was available to compare the model with Surmise’s own predictions.'
  const { images, probabilities, logits } = agreement
  return `In full precision, on ${images} images, its probabilities differ from Surmise’s own by at most ${probabilities.toExponential(1)} (log odds: ${logits.toExponential(1)}).`
}

function lossText(loss: PrecisionLoss | null, precision: Precision): string {
  if (precision === 'float32') return 'Unchanged from training.'
  if (!loss) return 'The loss couldn’t be measured: none of the labelled images were found.'
  const { mAP, largestDifference, entries, images } = loss
  return `On ${entries} held-out labels of ${images} images, mean average precision changes from ${percent(mAP.full, 2)} to ${percent(mAP.reduced, 2)}; no probability changes by more than ${largestDifference.toFixed(4)}.`
}

const percent = (share: number | null, digits = 1): string =>
  share === null ? 'not measured' : `${(100 * share).toFixed(digits)}%`

/** JSON has no NaN. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Escapes a name for text and tables in Markdown. */
const escaped = (name: string): string => name.replace(/[\\`*_{}[\]<>()#+!|~&-]/g, '\\$&').replace(/\s+/g, ' ')
