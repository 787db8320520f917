import type { ImageDetail, ImageRow } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { mistakesOf } from '../../pairs/mistakes.ts'
import { suggestionsOf } from '../../pairs/suggestions.ts'
import type { Image } from '../../project/types.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** A version that changes with the content; for an image that was never readable, with its date and size. */
export function versionOf(image: Pick<Image, 'sha256' | 'mtimeMs' | 'size'>): string {
  return image.sha256?.slice(0, 16) ?? `${image.mtimeMs.toString(36)}-${image.size.toString(36)}`
}

/** @throws UserError `image-unknown` */
export function requireImage({ project }: ReadableWorkspace, id: number): Image {
  const image = project.images.get(id)
  if (image) return image
  throw new UserError('image-unknown', 'There is no such image in this project.', 'Reload the images.')
}

/** What the grid shows for these images, in the given order; those that don't exist are left out. */
export function imageRows(workspace: ReadableWorkspace, ids: readonly number[]): Promise<ImageRow[]> {
  return rowsOf(workspace, ids, livingLabels(workspace))
}

function livingLabels({ project }: ReadableWorkspace): number[] {
  return project.labels.list().map(({ id }) => id)
}

async function rowsOf(
  { project, suggestions }: ReadableWorkspace,
  ids: readonly number[],
  labelIds: readonly number[],
): Promise<ImageRow[]> {
  const scores = await suggestions.current()
  const matrix = project.states.loadedMatrix
  return project.images.many(ids).map((image) => {
    // The first images are shown before the state matrix is loaded.
    const known = matrix
      ? new Map(labelIds.map((labelId) => [labelId, matrix.get(image.id, labelId)]))
      : new Map(project.states.ofImage(image.id).map(({ labelId, state }) => [labelId, state]))
    const inState = (state: number) => labelIds.filter((labelId) => (known.get(labelId) ?? State.unknown) === state)
    scores?.followed.follow(image.id, (labelId) => known.get(labelId) ?? State.unknown)
    const all = scores ? suggestionsOf(scores.table, image.id, inState(State.unknown)) : []
    return {
      id: image.id,
      path: image.path,
      width: image.width,
      height: image.height,
      status: image.status,
      problem: image.problem,
      version: versionOf(image),
      present: inState(State.present),
      absent: inState(State.absent),
      suggestions: all.filter(({ likely }) => likely),
    }
  })
}

/** @throws UserError `image-unknown` */
export async function imageDetail(workspace: ReadableWorkspace, id: number): Promise<ImageDetail> {
  const { project, suggestions } = workspace
  const image = requireImage(workspace, id)
  const labelIds = livingLabels(workspace)
  const [row] = await rowsOf(workspace, [id], labelIds)
  const scores = await suggestions.current()
  const states = project.states.ofImage(id)
  const known = new Set(states.map(({ labelId }) => labelId))
  const undecided = labelIds.filter((labelId) => !known.has(labelId))
  return {
    ...row,
    states: states.map(({ labelId, state, source, decidedAt, score, annotator }) => ({
      ...{ labelId, state, source, decidedAt, score, annotator },
    })),
    allSuggestions: (scores ? suggestionsOf(scores.table, id, undecided) : []).sort(
      (a, b) => b.probability - a.probability,
    ),
    mistakes: scores ? mistakesOf(scores, id, states) : [],
    disputes: project.disputes.ofImage(id).map(({ labelId, statements }) => ({
      labelId,
      statements: statements.map(({ origin, state, decidedAt, annotator }) => ({
        origin,
        state,
        decidedAt,
        annotator,
      })),
    })),
    bytes: image.size,
    modifiedAt: image.mtimeMs,
  }
}
