import { type Known, State } from '../../domain/state.ts'
import { type ChoicesControl, choicesControls } from '../../exchange/formats/labelStudio/config.ts'
import { resultOf } from '../../exchange/formats/labelStudio/results.ts'
import { absentChoices } from '../../exchange/formats/labelStudio/settings.ts'
import { isObject, listOf, textOrNull, timeOf } from '../../exchange/read/jsonValues.ts'
import type { Taken } from '../../project/takenTable.ts'
import type { Image, StateChange } from '../../project/types.ts'
import { writeStateWithin } from '../marks/writeStates.ts'
import { applyWhenFree } from '../project/scanning.ts'
import type { Workspace } from '../workspace.ts'

/** An annotation as a webhook delivers it, and the image it belongs to. */
export interface TakenAnnotation {
  annotation: Readonly<Record<string, unknown>>
  /** The numbers of its project and its own; undefined if it has none. */
  key: string | undefined
  image: Image
  /** The labelling configuration; '' if it isn't known. */
  configuration: string
}

export interface Learnt {
  /** States that changed. */
  changed: number
  /** Pairs that somebody else marked the opposite way; they stay as they are. */
  conflicts: number
  /** Choices that aren't labels of the project. */
  unknown: string[]
}

/** A label name for comparing: case and surrounding space don’t matter. */
export const folded = (name: string): string => name.normalize('NFC').trim().toLowerCase()

/** Turns what people annotate in Label Studio into marks. */
export class Learner {
  readonly workspace: Workspace

  constructor(workspace: Workspace) {
    this.workspace = workspace
  }

  /**
   * Applies one annotation: its choices become marks, with who made them and when. Marks by the same person that are no longer
   * among them become unknown again, unless another annotation agrees with them. A skipped task has no choices. Waits while an import
   * is writing to the project.
   * @throws UserError of the project
   */
  take({ annotation, key, image, configuration }: TakenAnnotation): Promise<Learnt> {
    const { project } = this.workspace
    return applyWhenFree(() => {
      const controls = configuration === '' ? undefined : choicesControls(configuration)
      const ids = new Map(project.labels.list().map(({ id, name }) => [folded(name), id]))
      const { said, unknown } = saidBy(annotation, controls, ids)
      const annotator = whoOf(annotation.completed_by)
      const decidedAt = timeOf(annotation.updated_at) ?? timeOf(annotation.created_at) ?? Date.now()
      const others = project.taken.ofImage(image.id).filter((one) => one.key !== key)
      const before = new Map(project.states.ofImage(image.id).map((state) => [state.labelId, state]))
      const changes: StateChange[] = []
      let conflicts = 0
      for (const [labelId, state] of said) {
        const known = before.get(labelId)
        if (known?.state === state) continue
        const isTheirs = known?.source === 'import' && known.annotator === annotator
        const other: Known = state === State.present ? State.absent : State.present
        const isContradicted = others.some((one) => one.annotator !== annotator && isSaid(one, labelId, other))
        if ((known && !isTheirs) || isContradicted) conflicts++
        else changes.push({ imageId: image.id, labelId, state, source: 'import', decidedAt, annotator })
        if (isTheirs && isContradicted) changes.push(markOf(image.id, labelId, others))
      }
      const offered = new Set([
        ...(controls ?? []).flatMap((control) => labelsOf(control, ids)),
        ...(key === undefined ? [] : (project.taken.find(key)?.said.map(([labelId]) => labelId) ?? [])),
      ])
      for (const [labelId, { source, annotator: by }] of before) {
        const isWithdrawn = source === 'import' && by === annotator && !said.has(labelId) && offered.has(labelId)
        if (isWithdrawn) changes.push(markOf(image.id, labelId, others))
      }
      this.#write(changes, `Label Studio: ${image.path}`)
      if (key !== undefined) project.taken.put({ key, imageId: image.id, annotator, decidedAt, said: [...said] })
      return { changed: changes.length, conflicts, unknown }
    })
  }

  /**
   * Removes the marks that came only from deleted annotations. Marks made in Surmise stay.
   * @returns how many marks have changed, and how many of the annotations aren't known here @throws UserError of the project
   */
  forget(keys: readonly string[]): Promise<{ changed: number; unknown: number }> {
    const { project } = this.workspace
    return applyWhenFree(() => {
      const gone = keys.flatMap((key) => project.taken.find(key) ?? [])
      const changes: StateChange[] = []
      for (const imageId of new Set(gone.map((one) => one.imageId))) {
        const others = project.taken.ofImage(imageId).filter(({ key }) => !keys.includes(key))
        for (const { labelId, state, source, annotator } of project.states.ofImage(imageId)) {
          const isTheirs = gone.some(
            (one) => one.imageId === imageId && one.annotator === annotator && isSaid(one, labelId, state),
          )
          if (source === 'import' && isTheirs) changes.push(markOf(imageId, labelId, others))
        }
      }
      const what = gone.length === 1 ? 'an annotation' : `${gone.length} annotations`
      this.#write(changes, `Label Studio: ${what} deleted`)
      project.taken.remove(gone.map(({ key }) => key))
      return { changed: changes.length, unknown: keys.length - gone.length }
    })
  }

  #write(changes: readonly StateChange[], title: string): void {
    if (changes.length === 0) return
    this.workspace.project.edit({ title }, (edit) => {
      for (const change of changes) writeStateWithin(edit, change, 'leave')
    })
  }
}

const isSaid = ({ said }: Taken, labelId: number, state: State): boolean =>
  said.some(([label, its]) => label === labelId && its === state)

/** The state on which all annotations that mention the label agree; otherwise, or if none mentions it, unknown. */
function markOf(imageId: number, labelId: number, annotations: readonly Taken[]): StateChange {
  const speaking = annotations.flatMap(({ said, annotator, decidedAt }) =>
    said.flatMap(([label, state]) => (label === labelId ? { state, annotator, decidedAt } : [])),
  )
  const [first] = speaking
  const agreed = first && speaking.every(({ state }) => state === first.state)
  return agreed ? { imageId, labelId, source: 'import', ...first } : { imageId, labelId, state: State.unknown }
}

function labelsOf({ choices }: ChoicesControl, ids: ReadonlyMap<string, number>): number[] {
  return choices.flatMap(({ value }) => ids.get(folded(value)) ?? [])
}

/** States by label id, without labels on which an annotation contradicts itself. */
function saidBy(
  annotation: Readonly<Record<string, unknown>>,
  controls: readonly ChoicesControl[] | undefined,
  ids: ReadonlyMap<string, number>,
): { said: Map<number, Known>; unknown: string[] } {
  const said = new Map<number, Known>()
  const both = new Set<number>()
  const unknown: string[] = []
  if (annotation.was_cancelled === true) return { said, unknown }
  for (const result of listOf(annotation.result).flatMap((entry) => resultOf(entry) ?? [])) {
    const control = controls?.find(({ name }) => name === result.control)
    if (result.kind !== 'choices' || (controls && !control)) continue
    const state: Known = result.control === absentChoices.usual ? State.absent : State.present
    for (const { name } of result.chosen) {
      const value = control?.choices.find(({ alias }) => alias === name)?.value ?? name
      const labelId = ids.get(folded(value))
      if (labelId === undefined) unknown.push(value)
      else if ((said.get(labelId) ?? state) === state) said.set(labelId, state)
      else both.add(labelId)
    }
  }
  for (const labelId of both) said.delete(labelId)
  return { said, unknown }
}

function whoOf(value: unknown): string | null {
  if (isObject(value)) return textOrNull(value.email) ?? textOrNull(value.username) ?? whoOf(value.id)
  return typeof value === 'number' ? String(value) : textOrNull(value)
}
