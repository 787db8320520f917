import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import type { StateSource } from '../../domain/decision.ts'
import { Collected } from '../read/collected.ts'
import { beginningOf } from '../read/glimpse.ts'
import { isFile } from '../read/walkFiles.ts'
import { attribute, isXmlText, readXml, xmlText } from '../read/xml.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import type { ExportWalk } from '../write/exportWalk.ts'
import { exportFileOrFolder } from '../write/folderWriter.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'

/** CVAT for images 1.1: tags are labels of the whole image; boxes and regions say present, too. */
export const cvat: Format = {
  id: 'cvat',
  title: 'CVAT for images 1.1 XML',
  says: { absent: false, unlabelled: false, provenance: 'some', suggestions: false },
  limits:
    'Tags name what is present, and whether a person set them. You’re asked about the rest on import, and told on export.',
  checked: 'round trip of what is present; a reader in Python',
  extensions: ['.xml'],
  reads: 'file or folder',
  writes: 'file or folder',
  images: 'optional',
  recognises: ({ isFolder, head, inside }) =>
    isFolder
      ? evidenceIn(inside)
      : isCvat(head)
        ? { score: sure, because: 'its XML begins with <annotations>' }
        : undefined,
  read: readCvat,
  write: writeCvat,
}

const sourceNames: Record<StateSource, string> = { human: 'manual', accepted_suggestion: 'semi-auto', import: 'file' }

function writeCvat(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  return exportFileOrFolder(cvat, source, target, options, 'annotations.xml', async (out, walk, place) => {
    const labels = source.labels.filter(({ name }) => isSayable(walk, name))
    const sayable = new Set(labels.map(({ id }) => id))
    out.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n')
    const name = isXmlText(source.project.name) ? xmlText(source.project.name) : ''
    out.write(`      <name>${name}</name>\n      <mode>annotation</mode>\n      <labels>\n`)
    for (const label of labels) {
      const facts = `<name>${xmlText(label.name)}</name><color>${label.colour}</color><type>tag</type><attributes></attributes>`
      out.write(`        <label>${facts}</label>\n`)
    }
    out.write('      </labels>\n    </task>\n  </meta>\n')
    let number = 0
    for await (const { image, present, states } of walk.images({ readableOnly: true })) {
      if (!isSayable(walk, image.path)) continue
      const size = `width="${image.width}" height="${image.height}"`
      out.write(`  <image id="${number++}" name="${xmlText(image.path)}" ${size}>\n`)
      for (const label of present) {
        if (!sayable.has(label.id)) continue
        const from = sourceNames[states.get(label.id)!.source]
        out.write(`    <tag label="${xmlText(label.name)}" source="${from}"></tag>\n`)
      }
      if (out.write('  </image>\n')) await out.flush()
      await place(image)
    }
    out.write('</annotations>\n')
  })
}

function isSayable({ warnings }: ExportWalk, name: string): boolean {
  if (isXmlText(name)) return true
  warnings.add('xml-characters', 'Names XML can’t store: left out', name)
  return false
}

function isCvat(head: string): boolean {
  return /<annotations[\s>]/.test(head)
}

/** annotations.xml as CVAT packs it, labels.xml as FiftyOne calls it, or one for each part, as Datumaro does. */
const isAnnotation = (entry: string) => /^[^/]+\.xml$/i.test(entry)

function evidenceIn(inside: Glimpse['inside']): Evidence | undefined {
  const found = [...inside].find(([entry, { head }]) => isAnnotation(entry) && isCvat(head))
  return found && { score: sure, because: `${found[0]} begins with <annotations>`, reads: isAnnotation }
}

async function filesAt(place: string): Promise<string[]> {
  if (await isFile(place)) return [place]
  const entries = await readdir(place).catch((error) => {
    throw asUserError(error)
  })
  const files: string[] = []
  for (const entry of entries.filter(isAnnotation).sort()) {
    const file = path.join(place, entry)
    if (isCvat((await beginningOf(file)).head)) files.push(file)
  }
  if (files.length > 0) return files
  throw new UserError('not-cvat', `There is no annotations.xml in this folder: ${place}`, 'Choose the file itself.')
}

/** @throws UserError `not-cvat`, `not-xml`, `not-utf8`, `cancelled`, and those of the file system */
async function readCvat(place: string, options: ReadOptions): Promise<Collected> {
  const collected = new Collected()
  collected.asksForRest = true
  for (const file of await filesAt(place)) await readInto(collected, file, options)
  return collected
}

async function readInto(collected: Collected, file: string, options: ReadOptions): Promise<void> {
  const before = collected.images.length
  let [image, hasRoot, hasTracks] = [-1, false, false]
  await readXml(
    file,
    {
      open: (name, attributes, way) => {
        if (way.length === 1) hasRoot = name === 'annotations'
        if (name === 'track' && way.length === 2) hasTracks = true
        if (name === 'image' && way.length === 2) {
          const imageName = attribute(attributes, 'name') ?? ''
          image = imageName === '' ? -1 : collected.imageOf(imageName)
          if (image < 0) collected.problems.add('image-entry', 'Images without a name: left out')
        }
        if (way.length !== 3 || way[1] !== 'image' || image < 0) return
        const label = attribute(attributes, 'label') ?? ''
        if (label.trim() !== '') collected.states.push(image, collected.labelOf(label), 1)
        else {
          collected.leftOpen.add(image)
          collected.problems.add('annotation-entry', 'Annotations without a label: left out', name)
        }
      },
      close: (name, text, way) => {
        if (name === 'attribute' && way[1] === 'image' && way.length === 4 && text !== '') {
          collected.problems.add('attribute-left-out', 'Attributes of annotations: left out', text)
        }
        if (name === 'name' && way.at(-2) === 'label' && way[1] === 'meta' && text !== '') collected.labelOf(text)
      },
    },
    options,
  )
  if (hasRoot && (collected.images.length > before || !hasTracks)) return
  throw new UserError(
    'not-cvat',
    hasTracks ? `This is a “CVAT for video” file: ${file}` : `This file contains no CVAT images: ${file}`,
    'Export the task from CVAT as “CVAT for images 1.1”.',
  )
}
