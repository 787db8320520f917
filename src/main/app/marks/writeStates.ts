import type { ProjectMatrix } from '../../domain/labelMatrix.ts'
import type { Edit, EditOptions, SlicesOptions } from '../../project/labels/edit.ts'
import { Relations } from '../../project/labels/relations.ts'
import type { Project } from '../../project/project.ts'
import type { StateChange } from '../../project/types.ts'

/*
 * The one door for label states: everything that marks, accepts, imports or merges writes them here, and says whether the consequences
 * for parents and groups of labels are written, too. test/architecture.test.ts looks for other ways in.
 */

/**
 * `follow`: parents of a present label become present, exclusive labels of its group absent, children of an absent label absent.
 * `leave`: the states come from elsewhere (a file, another copy of the project), or already include the consequences.
 */
export type RelationsRule = { follow: Relations; known: Pick<ProjectMatrix, 'get'> } | 'leave'

/** Larger changes are written in slices, so that the screen stays responsive. */
export const manyChanges = 5000

/**
 * Writes changes that a person has just made as one action, with their consequences. A single decision may overturn earlier ones;
 * several at once only fill in what is unknown (`Relations.following`).
 * @returns how many states have changed, and the title, which mentions the consequences @throws UserError of the project
 */
export async function writeStates(
  project: Project,
  changes: readonly StateChange[],
  options: EditOptions,
): Promise<{ changed: number; title: string }> {
  const relations = new Relations(project.labels.list())
  const following = relations.none ? [] : relations.following(changes, await project.states.matrix())
  const all = following.length > 0 ? [...changes, ...following] : changes
  const title = following.length > 0 ? `${options.title}, and ${following.length} that follow` : options.title
  const changed =
    all.length <= manyChanges
      ? project.states.set(all, { ...options, title })
      : await project.editLarge({ ...options, title }, (edit) => edit.setStates(all))
  return { changed, title }
}

/**
 * Writes any number of changes as part of a larger action, in slices. Consequences only fill in what is unknown.
 * @param rule with `follow`, the relations and the states before the action
 * @returns how many have changed something @throws UserError `cancelled`, `label-removed`
 */
export function writeStatesWithin(
  edit: Edit,
  changes: Iterable<StateChange>,
  rule: RelationsRule,
  options?: SlicesOptions,
): Promise<number> {
  const all = rule === 'leave' ? changes : rule.follow.withFollowing(changes, rule.known)
  return edit.setStates(all, options)
}

/** Writes one change as part of a larger action, without consequences: it comes from elsewhere. @throws UserError `label-removed` */
export function writeStateWithin(edit: Edit, change: StateChange, _rule: 'leave'): void {
  edit.setState(change)
}

/** Writes the first states of a new project, which has no relations yet. @returns how many */
export function writeFirstStates(project: Project, changes: readonly StateChange[], title: string): number {
  return project.states.set(changes, { title })
}
