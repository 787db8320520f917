import { UserError } from '../base/errors.ts'
import { writeAtomically } from '../base/files.ts'
import { cardMarkdown, featureShapes } from './card.ts'
import { repositoryName, tritonFiles } from './modelFiles.ts'
import type { WrittenModel } from './writeModel.ts'

/** How many requests the server combines in one run, and how long it waits for more, in microseconds. */
const batching = { most: 16, preferred: [4, 8, 16], wait: 2000 }

/**
 * Writes a model repository for NVIDIA Triton and KServe: `NAME/config.pbtxt`, `NAME/labels.txt`, `NAME/1/model.onnx`, and the card
 * beside them. Other models in the same folder are left alone.
 * @returns the paths of the files, the model first
 * @throws UserError `export-name`
 */
export async function writeTriton({ model, card, backbone, trunk, target }: WrittenModel): Promise<string[]> {
  const name = repositoryName(card.name)
  const places = tritonFiles(target, name)
  const labels = card.labels.map((label) => label.name)
  const broken = labels.find((label) => /[\r\n]/.test(label))
  if (broken !== undefined) {
    throw new UserError(
      'export-name',
      `The label file has one label per line, but “${broken}” spans several.`,
      'Rename the label.',
    )
  }
  const fixed = backbone.input.batch !== null && card.input !== null
  const shapes = card.input ? { image: card.input.shape } : featureShapes(backbone, trunk)
  // Without batching by the server, the batch is a dimension like the others.
  const dims = (shape: readonly (number | string)[]): string =>
    (fixed ? shape : shape.slice(1)).map((size) => (typeof size === 'number' ? size : -1)).join(', ')
  const batch = fixed ? backbone.input.batch! : 'images'
  const { height, width } = backbone.grid
  const outputs = {
    probabilities: [batch, labels.length],
    logits: [batch, labels.length],
    attention: [batch, labels.length, height, width],
  }
  const config = [
    `# ${labels.length} labels, in the order of labels.txt; thresholds and all else in card.json.`,
    `name: ${text(name)}`,
    'platform: "onnxruntime_onnx"',
    'backend: "onnxruntime"',
    `max_batch_size: ${fixed ? 0 : batching.most}`,
    ...Object.entries(shapes).map(([input, shape]) => tensor('input', input, dims(shape))),
    ...Object.entries(outputs).map(([output, shape]) =>
      tensor('output', output, dims(shape), output === 'probabilities' ? 'label_filename: "labels.txt"' : undefined),
    ),
    ...(fixed
      ? []
      : [
          'dynamic_batching {',
          `  preferred_batch_size: [ ${batching.preferred.join(', ')} ]`,
          `  max_queue_delay_microseconds: ${batching.wait}`,
          '}',
        ]),
    'version_policy { latest { num_versions: 1 } }',
    '',
  ]
  const files: [string, string | Uint8Array][] = [
    [places.model, model],
    [places.config, config.join('\n')],
    [places.labels, `${labels.join('\n')}\n`],
    [places.cardJson, `${JSON.stringify(card, undefined, 2)}\n`],
    [places.cardText, cardMarkdown(card)],
  ]
  for (const [place, content] of files) await writeAtomically(place, (handle) => handle.writeFile(content))
  return files.map(([place]) => place)
}

function tensor(kind: 'input' | 'output', name: string, dims: string, more?: string): string {
  const lines = [`  name: ${text(name)}`, '  data_type: TYPE_FP32', `  dims: [ ${dims} ]`]
  return [`${kind} {`, ...lines, ...(more === undefined ? [] : [`  ${more}`]), '}'].join('\n')
}

/** A string in protobuf's text format. */
function text(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`
}
