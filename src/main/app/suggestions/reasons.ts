import type { Reasons } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import type { CurrentScores } from '../../pairs/suggestions.ts'
import { isFromNames } from '../../suggestions/fromNames.ts'
import { logistic } from '../../suggestions/logistic.ts'
import { reasonsOf } from '../../suggestions/reasons.ts'
import { readBlended, suggesterFile } from '../../suggestions/suggesterFile.ts'
import { votersOf } from '../../suggestions/vote.ts'
import type { Evidence } from '../../training/heads/evidence.ts'
import { requireImage, versionOf } from '../images/rows.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** The one source that looks at other images (training/fineTune.ts). */
const crossSource = 'vote'

/** How many images' evidence is kept: that of the open image and a few before it. */
const imagesKept = 8
const evidenceOf = new WeakMap<CurrentScores, Map<number, Promise<Evidence | undefined>>>()

/**
 * Why a label is suggested for an image, given its labels known now. The nearest images and the attention come from the feature
 * cache, once for all labels of the image; without features they are null.
 * @throws UserError `image-unknown`, `no-suggestion`, `no-reasons`
 */
export async function reasonsFor(
  workspace: ReadableWorkspace,
  { imageId, labelId }: { imageId: number; labelId: number },
): Promise<Reasons> {
  const { project, suggestions } = workspace
  requireImage(workspace, imageId)
  const scores = await suggestions.current()
  const column = scores?.table.columnOf(labelId) ?? -1
  if (!scores || Number.isNaN(scores.table.probability(imageId, labelId)) || !project.labels.get(labelId)) {
    throw new UserError(
      'no-suggestion',
      'There is no suggestion for this label.',
      'Fine-tune first, or mark it yourself.',
    )
  }
  if (isFromNames(scores.model)) {
    throw new UserError(
      'no-reasons',
      'The image looks like what the label’s name means to the backbone; nothing has been learnt yet.',
      'Accept or reject some suggestions, then fine-tune.',
    )
  }
  const { rescorer } = scores.followed
  if (!rescorer) {
    throw new UserError('no-reasons', 'Nothing was kept to explain this model’s suggestions.', 'Fine-tune again.')
  }
  const { labelIds, conditional, trainedOn } = rescorer
  const row = rescorer.rowOf(imageId)
  const living = new Set(project.labels.list().map(({ id }) => id))
  const known = new Map(project.states.ofImage(imageId).map(({ labelId: id, state }) => [id, state]))
  const states = Int8Array.from(labelIds, (id) => (living.has(id) ? (known.get(id) ?? 0) : 0))
  const blended = await readBlended(suggesterFile(project.cacheFolder, scores.model.uid), row, column)
  const reasons = reasonsOf(blended, conditional, rescorer.own(row), states, column)
  const evidence = await evidenceFor(workspace, scores, imageId)

  const voters = (found: Evidence) => {
    const places = found.nearest.imageIds.map((id) => rescorer.rowOf(id))
    const heard = votersOf({ ...found.nearest, places }, row, trainedOn, labelIds.length, column)
    return heard.flatMap(({ place, similarity, state }) => {
      const image = project.images.get(rescorer.imageIds[place])
      return image ? [{ imageId: image.id, path: image.path, version: versionOf(image), similarity, state }] : []
    })
  }
  return {
    probability: logistic(reasons.logOdds),
    logOdds: reasons.logOdds,
    base: reasons.base,
    model: reasons.sources.filter(({ name }) => name !== crossSource),
    cross: {
      logOdds: reasons.sources.find(({ name }) => name === crossSource)?.logOdds ?? 0,
      nearest: evidence ? voters(evidence) : null,
    },
    intra: {
      known: reasons.known.map(({ column: other, state, logOdds }) => ({ labelId: labelIds[other], state, logOdds })),
      seen: reasons.seen,
    },
    attention: evidence ? attentionOf(evidence, column) : null,
  }
}

/** Milliseconds. It normally takes a fraction of a second; one that hangs must not hold up the compute process. */
const explainedWithin = 60_000

/** Undefined if the features or the model's file are gone. */
function evidenceFor(
  workspace: ReadableWorkspace,
  scores: CurrentScores,
  imageId: number,
): Promise<Evidence | undefined> {
  const { context, project } = workspace
  const kept = evidenceOf.get(scores) ?? new Map<number, Promise<Evidence | undefined>>()
  evidenceOf.set(scores, kept)
  const found = kept.get(imageId)
  if (found) return found
  const { uid, file } = scores.model
  if (file === null) return Promise.resolve(undefined)
  const input = { cacheFolder: project.cacheFolder, modelUid: uid, modelFile: file, imageId }
  const asked = context.compute.run('imageEvidence', input, { within: explainedWithin }).catch((error) => {
    kept.delete(imageId)
    if (!(error instanceof UserError)) throw error
    context.log.warn(`No evidence for image ${imageId}: ${error.message}`)
    return undefined
  })
  kept.set(imageId, asked)
  const [oldest] = kept.keys()
  if (kept.size > imagesKept) kept.delete(oldest)
  return asked
}

function attentionOf({ attention, grid }: Evidence, column: number): NonNullable<Reasons['attention']> {
  const positions = grid.height * grid.width
  return { ...grid, weights: Array.from(attention.subarray(column * positions, (column + 1) * positions)) }
}
