import { readFile } from 'node:fs/promises'
import type { Backbone } from '../backbone/backbone.ts'
import { placeBelow } from '../base/places.ts'
import { decodePixels } from '../images/decode.ts'
import { sourceOfBytes } from '../images/source.ts'
import { readTrainedOn, suggesterFile } from '../suggestions/suggesterFile.ts'
import { modelBytes } from '../tensor/onnx/joinModels.ts'
import { Session, tensorOf } from '../tensor/run/session.ts'
import { keptFeatures } from '../training/heads/evidence.ts'
import { assemble, withoutFoldLogits } from './assemble.ts'
import { requireBackbone, unusable } from './exportModel.ts'
import { readWithWeights } from './externalWeights.ts'
import { fitImageBlend } from './imageBlend.ts'
import { pixelWriter } from './measure.ts'

export interface RecogniseInput {
  /** The project's, absolute. */
  cacheFolder: string
  modelUid: string
  /** The model as ONNX, relative to the cache folder. */
  modelFile: string
  /** An image file's content. */
  bytes: Uint8Array
}

interface Opened {
  session: Session
  backbone: Backbone
}

/** The last model used stays open, as images come one by one. */
let kept: { key: string; opened: Promise<Opened> } | undefined

/**
 * Recognises an image that isn't in the project, with the same results as the exported model.
 * @returns the calibrated probability of each label of the model, [C]
 * @throws BrokenImage; what `exportModel` throws about the model and its backbone
 */
export async function recognisePicture(input: RecogniseInput): Promise<{ probabilities: Float32Array }> {
  const key = `${input.cacheFolder} ${input.modelUid}`
  if (kept?.key !== key) {
    const before = kept
    kept = { key, opened: openModel(input) }
    void before?.opened.then(({ session }) => session.close()).catch(() => undefined)
  }
  const mine = kept
  const { session, backbone } = await mine.opened.catch((error) => {
    // Next time it may work, so the failure isn't kept.
    if (kept === mine) kept = undefined
    throw error
  })
  const { width, height, batch } = backbone.input
  const count = batch ?? 1
  const pixels = await decodePixels(sourceOfBytes(input.bytes), { width, height })
  const writer = pixelWriter(backbone)
  const image = writer.allocate(count)
  writer.write(pixels, image, 0)
  const feeds = { image: tensorOf('float32', image, [count, 3, height, width]) }
  const { probabilities } = await session.run(feeds, ['probabilities'])
  return { probabilities: (probabilities.data as Float32Array).slice(0, probabilities.dims[1]) }
}

async function openModel({ cacheFolder, modelUid, modelFile }: RecogniseInput): Promise<Opened> {
  const trained = await readTrainedOn(suggesterFile(cacheFolder, modelUid))
  if (!trained) throw unusable()
  const features = keptFeatures(trained.features)
  await requireBackbone(features)
  const message = assemble(
    {
      ...features,
      backboneModel: await readWithWeights(features.backbone.file),
      head: await readFile(placeBelow(cacheFolder, modelFile)),
      blend: fitImageBlend(trained.sources, trained.states, trained.labelIds.length),
      folds: trained.folds,
    },
    {},
  )
  const session = await Session.open(modelBytes(withoutFoldLogits(message)))
  return { session, backbone: features.backbone }
}
