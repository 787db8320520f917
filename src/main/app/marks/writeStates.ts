import type { ProjectMatrix } from '../../domain/labelMatrix.ts'
import type { Edit, EditOptions, SlicesOptions } from '../../project/labels/edit.ts'
import { Relations } from '../../project/labels/relations.ts'
import type { Project } from '../../project/project.ts'
import type { StateChange } from '../../project/types.ts'

/*
 * The one door for label states: whatever marks, accepts, reviews, imports or merges writes them here, and says whether what follows
 * by parents and groups of labels is written with them. test/architecture.test.ts looks for other ways in.
 */

/**
 * `follow`: parents of what is present become present, rivals of its group absent, children of what is absent absent.
 * `leave`: the states are what somebody else said (a file, another copy of the project), or already hold what follows.
 */
export type RelationsRule = { follow: Relations; known: Pick<ProjectMatrix, 'get'> } | 'leave'

/** More changes than this are written in slices, so that the screen stays alive. */
export const manyChanges = 5000

/**
 * Changes that a person made just now: one action, with all that follows. One label decided takes with it what was decided
 * otherwise before; several at once only fill in what is unknown (`Relations.following`).
 * @returns how many states have changed, and the title with what followed @throws UserError of the project
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
 * Any number of changes within an action that does more, in slices. What follows only fills in what is unknown.
 * @param rule with `follow`, the relations and the states as they were before the action
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

/** One change within an action that does more, as somebody else said it: nothing follows from it. @throws UserError `label-removed` */
export function writeStateWithin(edit: Edit, change: StateChange, _rule: 'leave'): void {
  edit.setState(change)
}

/** The first states of a project that was made just now: it has no relations yet. @returns how many */
export function writeFirstStates(project: Project, changes: readonly StateChange[], title: string): number {
  return project.states.set(changes, { title })
}
