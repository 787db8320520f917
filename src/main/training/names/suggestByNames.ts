import { FeatureReader } from '../../backbone/cache/featureReader.ts'
import { resolveBackbone } from '../../backbone/resolve/resolve.ts'
import { findTextTower } from '../../backbone/text/textFiles.ts'
import { UserError } from '../../base/errors.ts'
import { logistic } from '../../suggestions/logistic.ts'
import { scoresFile, writeScores } from '../../suggestions/scores.ts'
import type { Device } from '../../tensor/run/session.ts'
import { noTextTower } from './noTextTower.ts'
import { nameLogits, nameVectors } from './scores.ts'

export interface NamesInput {
  cacheFolder: string
  /** A name of the registry or the path of an ONNX file. */
  backbone: string
  /** Every image of the project, by id. */
  images: { id: number; sha256: string | null }[]
  labels: { id: number; name: string }[]
  /** @default the backbone's own */
  template?: string
  modelUid: string
  device: Device
}

export interface NamesResult {
  template: string
  withoutFeatures: number
}

/**
 * Scores every image and label by the label's name alone, and writes the result to the cache folder as a model's scores.
 * @throws UserError `no-text-tower`, `features-missing`, `text-tower-unreadable`, `template-wrong`, `names-no-way`
 */
export async function suggestByNames(
  input: NamesInput,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<NamesResult> {
  const { cacheFolder, images, labels, device } = input
  const tower = await findTextTower(input.backbone)
  if (!tower) throw noTextTower(input.backbone)
  const backbone = await resolveBackbone(input.backbone, signal)
  const reader = await FeatureReader.open(cacheFolder, backbone)
  if (!reader) throw new UserError('features-missing', 'The images have no features yet.', 'Embed the images first.')
  try {
    const rows = images.flatMap(({ sha256 }, row) => (sha256 !== null && reader.has(sha256) ? [row] : []))
    const records = reader.recordsOf(rows.map((row) => images[row].sha256!))
    const template = input.template ?? tower.template
    const names = await nameVectors(
      tower,
      labels.map(({ name }) => name),
      template,
    )
    const read = (first: number, end: number) => reader.readPooled(records.subarray(first, end))
    const logits = await nameLogits(backbone, tower, names, rows.length, read, { device, signal })
    const probabilities = new Float32Array(images.length * labels.length).fill(Number.NaN)
    rows.forEach((row, i) => {
      for (let c = 0; c < labels.length; c++) {
        probabilities[c * images.length + row] = logistic(logits[i * labels.length + c])
      }
    })
    signal?.throwIfAborted()
    await writeScores(scoresFile(cacheFolder, input.modelUid), {
      imageIds: Int32Array.from(images, ({ id }) => id),
      labelIds: Int32Array.from(labels, ({ id }) => id),
      probabilities,
    })
    return { template, withoutFeatures: images.length - rows.length }
  } finally {
    await reader.close()
  }
}
