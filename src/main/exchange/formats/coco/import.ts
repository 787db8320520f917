import { open, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, shortened, UserError } from '../../../base/errors.ts'
import type { Collected } from '../../read/collected.ts'
import { decodedHead } from '../../read/encoding.ts'
import { beginningOf } from '../../read/glimpse.ts'
import { readJson } from '../../read/jsonReader.ts'
import { isObject, keyOf } from '../../read/jsonValues.ts'
import type { ReadOptions } from '../format.ts'
import { answerTo, type Setting } from '../settings.ts'
import { hasSections } from './looks.ts'
import { CocoReader } from './reader.ts'

export const annotationsSetting: Setting = {
  id: 'annotations',
  on: 'read',
  title: 'Annotation file',
  hint: 'For a list of results: the COCO file its numbers refer to. If empty: the one beside it.',
  usual: '',
}

const sections = ['images', 'annotations', 'categories', 'info.partial_labels.broken']

/**
 * Reads COCO JSON, streamed: our own (see COCO.md), LVIS with its verified negatives, and any other that has images and
 * categories. Boxes and regions say that a label is present, however many there are. Of a folder, every file of annotations but
 * those of captions and the like. A list of results holds suggestions: the images and labels that it means by their numbers are
 * those of the file that it belongs to.
 * @throws UserError `not-coco`, `coco-too-new`, `coco-results`, and those of `readJson`
 */
export async function readCoco(place: string, options: ReadOptions = {}): Promise<Collected> {
  try {
    if ((await stat(place)).isDirectory()) return await readFolder(place, options)
    if (await isList(place)) return await readResults(place, options)
  } catch (error) {
    throw asUserError(error)
  }
  const reader = new CocoReader(place)
  await readJson(place, reader.visitor, { ...options, streamed: sections })
  return reader.finish()
}

async function readFolder(folder: string, options: ReadOptions): Promise<Collected> {
  const files = await annotationFiles(folder)
  if (files.length === 0) {
    throw new UserError(
      'not-coco',
      `There are no annotations in this folder: ${folder}`,
      'Choose one with annotations/*.json, or the file itself.',
    )
  }
  let collected: Collected | undefined
  for (const [part, file] of files.entries()) {
    const reader = new CocoReader(file, files.length > 1 ? part : undefined, collected)
    const onProgress = (share: number) => options.onProgress?.((part + share) / files.length)
    await readJson(file, reader.visitor, { ...options, onProgress, streamed: sections })
    collected = reader.finish()
  }
  return collected!
}

async function annotationFiles(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const names = entry.isDirectory()
      ? (await readdir(path.join(folder, entry.name)).catch(() => [])).map((name) => `${entry.name}/${name}`)
      : [entry.name]
    for (const name of names.filter(isAnnotationFile)) {
      const file = path.join(folder, name)
      // In a folder of annotations everything is meant to be COCO: what isn't is an error. Elsewhere it has to look like it.
      if (/^annotations\//i.test(name) || hasSections((await beginningOf(file)).json)) found.push(file)
    }
  }
  return found.sort()
}

/** annotations/*.json, a file beside the images, or one in each folder of a split; what is not about objects is left out. */
export function isAnnotationFile(entry: string): boolean {
  return /^((annotations|train\w*|val\w*|test\w*)\/)?(?!captions|person_keypoints|panoptic|stuff|image_info|.*predictions)[^/]*\.json$/i.test(
    entry,
  )
}

async function isList(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0)
    return decodedHead(buffer.subarray(0, bytesRead))
      .replace(/^\ufeff/, '')
      .trimStart()
      .startsWith('[')
  } finally {
    await handle.close()
  }
}

async function readResults(file: string, options: ReadOptions): Promise<Collected> {
  const asked = answerTo(annotationsSetting, options.settings)
  const annotations = asked === '' ? await annotationsBeside(file) : path.resolve(path.dirname(file), asked)
  if (annotations === undefined) {
    throw new UserError(
      'coco-results',
      `This results file refers to images and labels by number only: ${file}`,
      'Set the option “annotations” to the COCO file that the numbers refer to.',
    )
  }
  const reader = new CocoReader(annotations)
  reader.namesOnly = true
  await readJson(annotations, reader.visitor, { signal: options.signal, streamed: sections })
  const collected = reader.finish()
  collected.ours = false
  collected.asksForRest = false
  collected.models.length = 0
  collected.predictions.model = path.basename(file)
  const results = new ResultsReader(collected)
  await readJson(file, (_path, value) => results.add(value), { ...options, streamed: [''] })
  return collected
}

/** Where our own export, and most people, put it. */
async function annotationsBeside(file: string): Promise<string | undefined> {
  const [folder, name] = [path.dirname(file), path.basename(file)]
  const named = name.replace(/[_-](predictions|results)(?=\.json$)/i, '')
  const beside = path.join(folder, named)
  if (named !== name && (await stat(beside).catch(() => undefined))?.isFile()) return beside
  const files = await annotationFiles(folder)
  return files.length === 1 ? files[0] : undefined
}

/** [{image_id, category_id, score}]: of several for one pair, the highest counts. */
class ResultsReader {
  readonly #collected: Collected

  constructor(collected: Collected) {
    this.#collected = collected
  }

  add(value: unknown): void {
    const { problems, predictions, images, labels } = this.#collected
    const entry = isObject(value) ? value : {}
    const [image, category] = [keyOf(entry.image_id), keyOf(entry.category_id)]
    const { score } = entry
    if (image === undefined || category === undefined || typeof score !== 'number' || !(score >= 0 && score <= 1)) {
      const message = 'Results without an image, a category or a score between 0 and 1: left out'
      problems.add('result-entry', message, () => shortened(JSON.stringify(value) ?? ''))
      return
    }
    const [imageIndex, labelIndex] = [this.#collected.imageIndex(image), this.#collected.labelIndex(category)]
    if (images[imageIndex] && labels[labelIndex]) predictions.push(imageIndex, labelIndex, score)
  }
}
