import path from 'node:path'
import { shortened, UserError } from '../../base/errors.ts'
import { equalStems, ImageIds } from '../match/imageIds.ts'
import { Collected } from '../read/collected.ts'
import { readJson } from '../read/jsonReader.ts'
import { isObject } from '../read/jsonValues.ts'
import { isFile } from '../read/walkFiles.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { exportFolder } from '../write/folderWriter.ts'
import { type Format, type ReadOptions, sure } from './format.ts'

/** FiftyOneImageClassificationDataset, with a list for each image: data/ and labels.json. */
export const fiftyOne: Format = {
  id: 'fiftyone',
  title: 'FiftyOne classification folder',
  says: { absent: false, unlabelled: false, provenance: 'none', suggestions: false },
  limits: 'Names what is present. You’re asked about the rest on import, and told on export.',
  checked: 'round trip of what is present; a reader in Python modelled on its importer',
  extensions: [],
  reads: 'file or folder',
  writes: 'folder',
  images: 'needed',
  recognises: ({ isFolder, json, inside }) => {
    const found = isFolder ? inside.get('labels.json')?.json : json
    if (!isFiftyOne(found)) return undefined
    const because = `${isFolder ? 'labels.json' : 'it'} has FiftyOne’s classes and labels`
    return { score: sure, because, reads: (entry) => entry === 'labels.json' }
  },
  read: readFiftyOne,
  write: writeFiftyOne,
}

function isFiftyOne(json: unknown): boolean {
  const first = isObject(json) ? Object.entries(json)[0] : undefined
  if (first?.[0] === 'classes')
    // Classes as objects are those of other programs.
    return first[1] === null || (Array.isArray(first[1]) && !first[1].some(isObject))
  return first?.[0] === 'labels' && (isObject(first[1]) || Array.isArray(first[1]))
}

function writeFiftyOne(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  return exportFolder(fiftyOne, source, target, options, async (folder, walk) => {
    const ids = await ImageIds.of(source)
    const classes = source.labels.map(({ name }) => name)
    await folder.addText('labels.json', `{"classes":${JSON.stringify(classes)},\n"labels":{`)
    let first = true
    for await (const { image, present } of walk.images({ readableOnly: true })) {
      const id = ids.idOf(image.path)
      if (id === image.path) walk.warnings.add('equal-stems', equalStems, id)
      const targets = JSON.stringify(present.map((label) => walk.placeOf(label.id)))
      await folder.addText('labels.json', `${first ? '\n' : ',\n'}${JSON.stringify(id)}:${targets}`)
      first = false
      const end = id === image.path ? `${id}${path.posix.extname(id)}` : image.path
      await walk.place(image, folder.placeOf(`data/${end}`))
    }
    await folder.addText('labels.json', '\n}}\n')
  })
}

/** @throws UserError `not-fiftyone`, and those of `readJson` */
async function readFiftyOne(place: string, options: ReadOptions): Promise<Collected> {
  const inFolder = path.join(place, 'labels.json')
  const file = (await isFile(inFolder)) ? inFolder : place
  const reader = new FiftyOneReader(file)
  await readJson(file, (at, value, isElement, key) => reader.visit(at, value, isElement, key), {
    ...options,
    streamed: [],
    members: ['labels'],
  })
  return reader.finish()
}

class FiftyOneReader {
  readonly #file: string
  readonly #collected = new Collected()
  #classes: unknown[] | undefined
  #hasLabels = false

  constructor(file: string) {
    this.#file = file
    this.#collected.asksForRest = true
  }

  visit(at: string, value: unknown, isElement: boolean, key: string): void {
    if (at === 'classes') {
      if (Array.isArray(value)) this.#classes = value
    } else if (at === 'labels' || at === '' || isElement) throw this.#fault()
    else if (at.startsWith('labels.')) this.#image(key, value)
  }

  #image(id: string, target: unknown): void {
    const collected = this.#collected
    this.#hasLabels = true
    const image = collected.imageOf(id, { stem: true, ...(target === null && { unlabelled: true }) })
    for (const one of Array.isArray(target) ? target : [target]) {
      const label = isObject(one) ? one.label : one
      if (label === null || label === undefined) continue
      if (typeof label === 'string' && label.trim() !== '') collected.states.push(image, collected.labelOf(label), 1)
      // What a number means may only be told further down.
      else if (Number.isSafeInteger(label)) collected.states.push(image, collected.labelIndex(label as number), 1)
      else {
        collected.leftOpen.add(image)
        collected.problems.add(
          'target',
          'Targets that aren’t labels: left out',
          () => `${id}: ${shortened(JSON.stringify(one) ?? '')}`,
        )
      }
    }
  }

  finish(): Collected {
    if (!this.#hasLabels && this.#classes === undefined) throw this.#fault()
    const collected = this.#collected
    for (const [number, name] of (this.#classes ?? []).entries()) {
      if (typeof name === 'string' && name.trim() !== '')
        collected.labels[collected.labelIndex(number)] = { name, order: number }
    }
    return collected
  }

  #fault(): UserError {
    return new UserError(
      'not-fiftyone',
      `This file has no “labels” in FiftyOne’s format: ${this.#file}`,
      'Export the data set as FiftyOneImageClassificationDataset.',
    )
  }
}
