import { UserError } from '../../base/errors.ts'
import { type Known, State } from '../../domain/state.ts'
import type { StateMatrix } from '../states/stateMatrix.ts'
import type { Label, StateChange } from '../types.ts'
import type { LabelPatch } from './edit.ts'

/**
 * What follows from a known label. If it is present, so are its parents, and if its group is exclusive, the group's other labels
 * are absent. If it is absent, so are its children.
 */
export class Relations {
  /** What follows if a label is present, and if it is absent, by label. Labels from which nothing follows are left out. */
  readonly #present = new Map<number, ReadonlyMap<number, Known>>()
  readonly #absent = new Map<number, ReadonlyMap<number, Known>>()

  /** @param labels all that are not removed */
  constructor(labels: readonly Label[]) {
    const byId = new Map(labels.map((label) => [label.id, label]))
    const children = Map.groupBy(labels, ({ parentId }) => parentId)
    const groups = Map.groupBy(
      labels.filter(({ exclusive }) => exclusive),
      ({ group }) => group,
    )
    const below = (id: number): number[] => (children.get(id) ?? []).flatMap((child) => [child.id, ...below(child.id)])
    for (const label of labels) {
      const absent = below(label.id)
      if (absent.length > 0) this.#absent.set(label.id, new Map(absent.map((id) => [id, -1])))
      const line = [label]
      for (let at = byId.get(label.parentId ?? 0); at; at = byId.get(at.parentId ?? 0)) line.push(at)
      const implied = new Map<number, Known>()
      for (const one of line) {
        const rivals = one.exclusive ? groups.get(one.group)!.filter((other) => !line.includes(other)) : []
        for (const { id } of rivals) for (const gone of [id, ...below(id)]) implied.set(gone, -1)
      }
      // Its ancestors are present, even if they are in its exclusive group.
      for (const { id } of line) implied.set(id, 1)
      implied.delete(label.id)
      if (implied.size > 0) this.#present.set(label.id, implied)
    }
  }

  /** Whether there are no relations at all. */
  get none(): boolean {
    return this.#present.size === 0 && this.#absent.size === 0
  }

  /** The other labels that are known as a consequence, with their states. */
  impliedBy(labelId: number, state: Known): ReadonlyMap<number, Known> {
    return (state === State.present ? this.#present : this.#absent).get(labelId) ?? nothing
  }

  /**
   * What follows from these changes and isn't known yet. A single change overrides earlier decisions that contradict it, like a
   * radio button. Several changes only fill in what is unknown, and don't affect one another.
   * @param known before the changes
   */
  following(changes: readonly StateChange[], known: Pick<StateMatrix, 'get'>): StateChange[] {
    if (this.none) return []
    const asked = new Set(changes.map(pairOf))
    const decides = new Set(changes.map(({ labelId }) => labelId)).size === 1
    const found = new Map<string, StateChange>()
    for (const change of changes) {
      if (change.state === State.unknown) continue
      for (const [labelId, state] of this.impliedBy(change.labelId, change.state)) {
        const before = known.get(change.imageId, labelId)
        const pair = pairOf({ imageId: change.imageId, labelId })
        if (asked.has(pair) || before === state || (before !== 0 && !decides) || found.get(pair)?.state === 1) continue
        // The score belongs to the other label.
        found.set(pair, { ...change, labelId, state, score: null })
      }
    }
    return [...found.values()]
  }

  /**
   * Adds to many changes, image by image, what follows from them for unknown pairs. Changes made in bulk never override a mark.
   * @param known before the changes
   */
  *withFollowing(changes: Iterable<StateChange>, known: Pick<StateMatrix, 'get'>): Generator<StateChange> {
    if (this.none) {
      yield* changes
      return
    }
    let ofImage: StateChange[] = []
    const fill = () =>
      this.following(ofImage, known).filter(({ imageId, labelId }) => known.get(imageId, labelId) === 0)
    for (const change of changes) {
      if (ofImage.length > 0 && ofImage[0].imageId !== change.imageId) {
        yield* fill()
        ofImage = []
      }
      ofImage.push(change)
      yield change
    }
    yield* fill()
  }

  /** What follows from known states for unknown pairs. Contradictions are left as they are. */
  *gaps(matrix: StateMatrix): Generator<StateChange> {
    const { states, imageIds, labelIds } = matrix.snapshot()
    const columns = labelIds.length
    const place = new Map([...labelIds].map((id, column) => [id, column]))
    const related = [...labelIds].filter((id) => this.#present.has(id) || this.#absent.has(id))
    for (const [row, imageId] of imageIds.entries()) {
      const filled = new Map<number, Known>()
      for (const id of related) {
        const state = states[row * columns + place.get(id)!]
        if (state === State.unknown) continue
        for (const [labelId, implied] of this.impliedBy(id, state as Known)) {
          const isKnown = states[row * columns + place.get(labelId)!] !== State.unknown
          if (!isKnown && filled.get(labelId) !== 1) filled.set(labelId, implied)
        }
      }
      for (const [labelId, state] of filled) yield { imageId, labelId, state }
    }
  }
}

const nothing: ReadonlyMap<number, Known> = new Map()
const pairOf = ({ imageId, labelId }: Pick<StateChange, 'imageId' | 'labelId'>): string => `${imageId} ${labelId}`

/**
 * The labels with their relations, once this one has another parent or group.
 * @throws UserError `label-parent` if it would become its own ancestor; `label-group`
 */
export function relatedAnew(labels: readonly Label[], id: number, patch: LabelPatch): Label[] {
  const label = labels.find((one) => one.id === id)!
  const parentId = patch.parentId === undefined ? label.parentId : patch.parentId
  if (parentId !== null) requireParent(labels, id, parentId)
  const group = patch.group === undefined ? label.group : groupNameOf(patch.group)
  const isOfGroup = (one: Label): boolean => group !== '' && one.group === group
  const before = labels.find((one) => one.id !== id && isOfGroup(one))?.exclusive
  const exclusive = group !== '' && (patch.exclusive ?? before ?? false)
  return labels.map((one) => {
    if (one.id === id) return { ...one, parentId, group, exclusive }
    return isOfGroup(one) ? { ...one, exclusive } : one
  })
}

function requireParent(labels: readonly Label[], id: number, parentId: number): void {
  const byId = new Map(labels.map((label) => [label.id, label]))
  const [child, parent] = [byId.get(id)!, byId.get(parentId)]
  if (!parent) throw new UserError('label-parent', 'This parent has been removed.', 'Choose another parent.')
  for (let at: Label | undefined = parent; at; at = byId.get(at.parentId ?? 0)) {
    if (at !== child) continue
    throw new UserError(
      'label-parent',
      child === parent
        ? `“${child.name}” can’t be its own parent.`
        : `“${parent.name}” is below “${child.name}” and can’t also be its parent.`,
      'Choose another parent.',
    )
  }
}

function groupNameOf(text: string): string {
  const name = text.trim().normalize('NFC')
  if (name.length <= 200 && !/[\p{Cc}\p{Cs}]/u.test(name)) return name
  throw new UserError('label-group', 'This can’t be the name of a group.', 'Choose a shorter one, on one line.')
}
