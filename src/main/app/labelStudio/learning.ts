import { State } from '../../domain/state.ts'
import { type ChoicesControl, choicesControls } from '../../exchange/formats/labelStudio/config.ts'
import { resultOf } from '../../exchange/formats/labelStudio/results.ts'
import { absentChoices } from '../../exchange/formats/labelStudio/settings.ts'
import { isObject, listOf, textOrNull, timeOf } from '../../exchange/read/jsonValues.ts'
import type { Image, StateChange } from '../../project/types.ts'
import { writeStatesWithin } from '../marks/writeStates.ts'
import type { Workspace } from '../workspace.ts'

/** An annotation as a webhook delivers it, and the image it belongs to. */
export interface TakenAnnotation {
  annotation: Readonly<Record<string, unknown>>
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
   * among them become unknown again. A skipped task has no choices.
   * @throws UserError of the project
   */
  async take({ annotation, image, configuration }: TakenAnnotation): Promise<Learnt> {
    const { project } = this.workspace
    const controls = configuration === '' ? undefined : choicesControls(configuration)
    const ids = new Map(project.labels.list().map(({ id, name }) => [folded(name), id]))
    const { said, unknown } = saidBy(annotation, controls, ids)
    const annotator = whoOf(annotation.completed_by)
    const decidedAt = timeOf(annotation.updated_at) ?? timeOf(annotation.created_at) ?? Date.now()
    const before = new Map(project.states.ofImage(image.id).map((state) => [state.labelId, state]))
    const changes: StateChange[] = []
    let conflicts = 0
    for (const [labelId, state] of said) {
      const known = before.get(labelId)
      if (known?.state === state || state === State.unknown) continue
      const isTheirs = known?.source === 'import' && known.annotator === annotator
      if (known && !isTheirs) conflicts++
      else changes.push({ imageId: image.id, labelId, state, source: 'import', decidedAt, annotator })
    }
    const offered = controls && new Set(controls.flatMap((control) => labelsOf(control, ids)))
    for (const [labelId, { source, annotator: by }] of before) {
      const isWithdrawn = source === 'import' && by === annotator && !said.has(labelId) && offered?.has(labelId)
      if (isWithdrawn) changes.push({ imageId: image.id, labelId, state: State.unknown })
    }
    if (changes.length > 0) {
      const title = `Label Studio: ${image.path}`
      await project.editLarge({ title }, (edit) => writeStatesWithin(edit, changes, 'leave'))
    }
    return { changed: changes.length, conflicts, unknown }
  }
}

function labelsOf({ choices }: ChoicesControl, ids: ReadonlyMap<string, number>): number[] {
  return choices.flatMap(({ value }) => ids.get(folded(value)) ?? [])
}

/** States by label id; unknown if an annotation contradicts itself. */
function saidBy(
  annotation: Readonly<Record<string, unknown>>,
  controls: readonly ChoicesControl[] | undefined,
  ids: ReadonlyMap<string, number>,
): { said: Map<number, State>; unknown: string[] } {
  const said = new Map<number, State>()
  const unknown: string[] = []
  if (annotation.was_cancelled === true) return { said, unknown }
  for (const result of listOf(annotation.result).flatMap((entry) => resultOf(entry) ?? [])) {
    const control = controls?.find(({ name }) => name === result.control)
    if (result.kind !== 'choices' || (controls && !control)) continue
    const state = result.control === absentChoices.usual ? State.absent : State.present
    for (const { name } of result.chosen) {
      const value = control?.choices.find(({ alias }) => alias === name)?.value ?? name
      const labelId = ids.get(folded(value))
      if (labelId === undefined) unknown.push(value)
      else said.set(labelId, (said.get(labelId) ?? state) === state ? state : State.unknown)
    }
  }
  return { said, unknown }
}

function whoOf(value: unknown): string | null {
  if (isObject(value)) return textOrNull(value.email) ?? textOrNull(value.username) ?? whoOf(value.id)
  return typeof value === 'number' ? String(value) : textOrNull(value)
}
