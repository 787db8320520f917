import path from 'node:path'
import { shortened, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { readJson } from '../read/jsonReader.ts'
import { isObject, type JsonObject, listOf, textOrNull } from '../read/jsonValues.ts'
import { isFile } from '../read/walkFiles.ts'
import { type Format, type ReadOptions, sure } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

const field: Setting = {
  id: 'field',
  on: 'read',
  title: 'Label field',
  hint: 'The field with the labels that are present, such as ground_truth. Only needed if there are several.',
  usual: '',
}
const absentField: Setting = {
  id: 'absent-field',
  on: 'read',
  title: 'Field of absent labels',
  hint: 'If a field names what is absent. If empty, you’re asked about the rest.',
  usual: '',
}

/** FiftyOne's own complete export: samples.json with every field of every sample, and metadata.json about them. */
export const fiftyOneDataset: Format = {
  id: 'fiftyone-dataset',
  title: 'FiftyOne dataset',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: true },
  limits:
    'One field holds the labels; you’re asked which. Labels with a confidence are suggestions. Samples without the field stay unknown.',
  checked: 'data sets that FiftyOne exported',
  extensions: [],
  reads: 'file or folder',
  settings: [field, absentField],
  recognises: ({ isFolder, json, inside }) => {
    const found = isFolder ? inside.get('samples.json')?.json : json
    const first = isObject(found) ? listOf(found.samples)[0] : undefined
    if (!isObject(first) || typeof first.filepath !== 'string') return undefined
    const because = `${isFolder ? 'samples.json' : 'it'} has FiftyOne’s samples with a filepath`
    return { score: sure + 1, because, reads: (entry) => entry === 'samples.json' || entry === 'metadata.json' }
  },
  read: readDataset,
}

/** What a field of a sample says of its image. */
interface FieldLabels {
  names: { name: string; confidence: number | null }[]
  /** Values that aren't understood. */
  odd: unknown[]
}

/** @throws UserError `not-fiftyone`, `field-unclear`, `field-unknown`, and those of `readJson` */
async function readDataset(place: string, options: ReadOptions): Promise<Collected> {
  const inFolder = path.join(place, 'samples.json')
  const file = (await isFile(inFolder)) ? inFolder : place
  const samples: JsonObject[] = []
  const counts = new Map<string, Set<string>>()
  await readJson(
    file,
    (at, value, isElement) => {
      if (at !== 'samples' || !isElement || !isObject(value) || typeof value.filepath !== 'string') return
      const kept: JsonObject = { filepath: value.filepath }
      for (const [name, content] of Object.entries(value)) {
        const labels = labelsIn(name, content)
        if (!labels) continue
        kept[name] = labels
        const seen = counts.get(name) ?? new Set()
        counts.set(name, seen)
        for (const label of labels.names) seen.add(label.name)
      }
      samples.push(kept)
    },
    { ...options, streamed: ['samples'] },
  )
  if (samples.length === 0) {
    throw new UserError(
      'not-fiftyone',
      `This file has no samples with a filepath: ${file}`,
      'Export it as FiftyOneDataset.',
    )
  }
  const chosen = chosenField(answerTo(field, options.settings), counts, place)
  const absent = answerTo(absentField, options.settings).trim()
  if (absent !== '' && !counts.has(absent)) throw noField(absent, counts, place)
  return collectedFrom(samples, chosen, absent)
}

function chosenField(asked: string, counts: ReadonlyMap<string, ReadonlySet<string>>, place: string): string {
  const wanted = asked.trim()
  if (wanted !== '') {
    if (counts.has(wanted)) return wanted
    throw noField(wanted, counts, place)
  }
  const filled = [...counts].filter(([, labels]) => labels.size > 0)
  // Tags of samples mostly say what part they belong to: they are labels only where nothing else is.
  const fields = filled.filter(([name]) => name !== 'tags')
  const [only] = fields.length > 0 ? fields : filled
  if (fields.length < 2 && only) return only[0]
  if (!only) {
    throw new UserError(
      'not-fiftyone',
      `No field of this data set holds labels: ${place}`,
      'Export a data set with classifications, detections or tags.',
    )
  }
  throw new UserError(
    'field-unclear',
    `This data set has several fields with labels: ${filled.map(([name, labels]) => `${name} (${told(labels)})`).join('; ')}.`,
    `Set the option “field” to one of: ${filled.map(([name]) => name).join(', ')}.`,
  )
}

function told(labels: ReadonlySet<string>): string {
  const first = [...labels].slice(0, 3).map((label) => shortened(label, 30))
  return `${labels.size} ${labels.size === 1 ? 'label' : 'labels'}: ${first.join(', ')}${labels.size > 3 ? ' …' : ''}`
}

function noField(name: string, counts: ReadonlyMap<string, unknown>, place: string): UserError {
  return new UserError(
    'field-unknown',
    `This data set has no field “${name}” with labels: ${place}`,
    `Its fields with labels are: ${[...counts.keys()].join(', ') || 'none'}.`,
  )
}

function collectedFrom(samples: readonly JsonObject[], present: string, absent: string): Collected {
  const collected = new Collected()
  collected.asksForRest = absent === ''
  collected.predictions.model = present
  for (const sample of samples) {
    const filepath = sample.filepath as string
    const [names, others] = [sample[present], sample[absent]] as (FieldLabels | undefined)[]
    const odd = [...(names?.odd ?? []), ...(others?.odd ?? [])]
    // What isn't understood must not become absent by what the rest means.
    const image = collected.imageOf(filepath, names && odd.length === 0 ? {} : { unlabelled: true })
    for (const { name, confidence } of names?.names ?? []) {
      const label = collected.labelOf(name)
      if (confidence === null) collected.states.push(image, label, State.present)
      else collected.predictions.push(image, label, confidence)
    }
    for (const { name } of others?.names ?? []) collected.states.push(image, collected.labelOf(name), State.absent)
    if (odd.length > 0) {
      const message = 'Values that aren’t labels: left out'
      collected.problems.add(
        'value-unknown',
        message,
        () => `${filepath}: ${shortened(JSON.stringify(odd[0]) ?? '')}`,
        odd.length,
      )
    }
  }
  return collected
}

/** Fields that FiftyOne has for itself. */
const ownFields = new Set(['filepath', 'id', 'metadata', 'created_at', 'last_modified_at', 'media_type'])

/** Undefined where the field holds no labels at all. */
function labelsIn(name: string, content: unknown): FieldLabels | undefined {
  if (name.startsWith('_') || ownFields.has(name)) return undefined
  if (Array.isArray(content)) return fromList(content)
  if (!isObject(content)) return undefined
  switch (content._cls) {
    case 'Classification':
    case 'Detection':
    case 'Polyline':
      return fromList([content])
    case 'Classifications':
      return fromList(listOf(content.classifications))
    case 'Detections':
      return fromList(listOf(content.detections))
    case 'Polylines':
      return fromList(listOf(content.polylines))
    default:
      return undefined
  }
}

function fromList(values: readonly unknown[]): FieldLabels | undefined {
  const found: FieldLabels = { names: [], odd: [] }
  for (const value of values) {
    const name = textOrNull(isObject(value) ? value.label : value)
    const confidence = isObject(value) ? value.confidence : undefined
    if (name === null || name.trim() === '') found.odd.push(value)
    else if (typeof confidence === 'number' && !(confidence >= 0 && confidence <= 1)) found.odd.push(value)
    else found.names.push({ name, confidence: typeof confidence === 'number' ? confidence : null })
  }
  // A list of numbers, or of points, is no field of labels.
  return values.length > 0 && found.names.length === 0 && !values.some(isObject) ? undefined : found
}
