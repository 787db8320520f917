import { shortened, UserError } from '../../base/errors.ts'
import type { Matches } from '../match/match.ts'
import type { Collected, FileLabel } from '../read/collected.ts'
import type { ProblemList } from '../records.ts'
import type { ImportTarget, PlannedLabel } from './plan.ts'

/** What a label of the file is to be called: another name, or '' to leave it out. By the file's own name, NFC, trimmed. */
export type Renames = ReadonlyMap<string, string>

export interface PlannedLabels {
  labels: PlannedLabel[]
  /** Planned label of each of the file's; −1 for none. */
  plannedOf: Int32Array
}

/**
 * Sets the labels of a file against those of the project: the same but for case is the same; what only differs in accents,
 * spaces or marks is told, and not taken together unless a person says so.
 */
export function planLabels(
  collected: Collected,
  target: ImportTarget,
  problems: ProblemList,
  renames: Renames = new Map(),
): PlannedLabels {
  const byUid = new Map(target.labels.map((label) => [label.uid, label]))
  const byName = new Map(target.labels.map((label) => [target.labelNameKey(label.name), label]))
  const similar = new SimilarNames(target.labels.map(({ name }) => name))
  const takenKeys = new Set(target.labels.map(({ key }) => key))
  const plannedOf = new Int32Array(collected.labels.length).fill(-1)
  const labels: PlannedLabel[] = []
  const plannedByName = new Map<string, number>()
  const plannedById = new Map<number, number>()
  const usedRenames = new Set<string>()
  const parts = new Map<number, number | undefined>()
  for (const index of inOrder(collected.labels)) {
    const label = collected.labels[index]!
    const original = label.name.normalize('NFC').trim()
    const renamed = renames.get(original)
    if (renamed !== undefined) usedRenames.add(original)
    if (renamed === '') continue
    let name: string
    try {
      name = target.labelNameOf(renamed ?? label.name)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.add(
        'label-name',
        'Labels whose name can’t be used: left out',
        `${JSON.stringify(shortened(label.name, 60))}: ${error.message}`,
      )
      continue
    }
    const key = target.labelNameKey(name)
    const byIdentity = renamed === undefined && collected.ours && label.uid ? byUid.get(label.uid) : undefined
    const known = byIdentity ?? byName.get(key)
    const other = known ? plannedById.get(known.id) : plannedByName.get(key)
    if (other !== undefined) {
      plannedOf[index] = other
      if (renamed !== undefined || parts.get(other) !== label.part) continue
      problems.add('label-twice', 'Labels with the same name (ignoring case): combined', name)
      continue
    }
    if (known && !byIdentity && known.name !== name) {
      problems.add('label-case', 'Labels spelt with different case in the project: matched', `${name}: ${known.name}`)
    }
    const planned: PlannedLabel = { name: known?.name ?? name, labelId: known?.id ?? null, present: 0, absent: 0 }
    if (!known) {
      Object.assign(planned, newLabelFacts(collected, label, takenKeys, problems))
      const like = collected.ours ? undefined : similar.of(name)
      if (like !== undefined) {
        const message =
          'Labels that differ from another only in accents, spaces or marks: kept separate unless you map them'
        problems.add('label-similar', message, `${name}: ${like}`)
      }
      similar.add(name)
    }
    plannedOf[index] = labels.push(planned) - 1
    parts.set(plannedOf[index], label.part)
    plannedByName.set(key, plannedOf[index])
    if (known) plannedById.set(known.id, plannedOf[index])
  }
  for (const name of renames.keys()) {
    if (!usedRenames.has(name)) problems.add('rename-unused', 'Label names to map that aren’t in the file', name)
  }
  return { labels, plannedOf }
}

/** Names without what typists leave out: accents, spaces, marks, case. */
class SimilarNames {
  readonly #names = new Map<string, string>()

  constructor(names: readonly string[]) {
    for (const name of names) this.add(name)
  }

  add(name: string): void {
    const key = looseKey(name)
    if (key !== '' && !this.#names.has(key)) this.#names.set(key, name)
  }

  of(name: string): string | undefined {
    return this.#names.get(looseKey(name))
  }
}

function looseKey(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toUpperCase()
    .toLowerCase()
}

/**
 * Labels that only images have which aren't in the project, or all of them where no image is: they aren't made. A label that the file
 * lists and nothing has stays, for images that may get it. What Surmise wrote is a project, with all its labels.
 */
export function leaveOutUnused(
  labels: readonly PlannedLabel[],
  { states, predictions, ours }: Collected,
  { imageIds }: Matches,
  plannedOf: Int32Array,
  problems: ProblemList,
): void {
  if (ours) return
  const [used, matched] = [new Set<number>(), new Set<number>()]
  const use = (image: number, label: number) => {
    const planned = plannedOf[label]
    used.add(planned)
    if (imageIds[image] !== 0) matched.add(planned)
  }
  for (let row = 0; row < states.length; row++) use(states.imageAt(row), states.labelAt(row))
  for (const [image, label] of predictions) use(image, label)
  const noImages = imageIds.length > 0 && imageIds.every((id) => id === 0)
  for (const [index, label] of labels.entries()) {
    if (label.labelId !== null || matched.has(index) || !(used.has(index) || noImages)) continue
    label.leftOut = true
    problems.add('label-unmatched', 'Labels of no image in this project: not added', label.name)
  }
}

/** Colour, key and so on of a label that is to be made, as far as the project can take them. */
function newLabelFacts(
  collected: Collected,
  label: FileLabel,
  takenKeys: Set<string | null>,
  problems: ProblemList,
): Partial<PlannedLabel> {
  const facts: Partial<PlannedLabel> = {}
  if (collected.ours && label.uid) facts.uid = label.uid
  if (label.colour && /^#[0-9a-f]{6}$/i.test(label.colour)) facts.colour = label.colour
  if (label.description) facts.description = label.description
  if (label.key && label.key.length <= 40 && !/[\p{Cc}\p{Cs}]/u.test(label.key)) {
    const key = label.key.normalize('NFC')
    if (takenKeys.has(key)) problems.add('key-taken', 'Shortcuts already in use: dropped', `${key}: ${label.name}`)
    else facts.key = key
    takenKeys.add(key)
  }
  return facts
}

/** Indexes of the labels, by their place; those that have none keep the order of the file. */
function inOrder(labels: readonly (FileLabel | undefined)[]): number[] {
  const indexes = [...labels.keys()].filter((index) => labels[index] !== undefined)
  return indexes.toSorted((a, b) => (labels[a]!.order ?? a) - (labels[b]!.order ?? b) || a - b)
}
