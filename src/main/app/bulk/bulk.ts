import { randomUUID } from 'node:crypto'
import type { BulkLine, BulkPreview, BulkRequest, BulkSample } from '../../../contract/bulk.ts'
import type { ActionResult } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import type { ProjectChange } from '../../domain/change.ts'
import type { ProjectMatrix } from '../../domain/labelMatrix.ts'
import { stateOf } from '../../domain/state.ts'
import { findImages } from '../../pairs/query.ts'
import type { CurrentScores } from '../../pairs/suggestions.ts'
import { Relations } from '../../project/labels/relations.ts'
import type { StateChange } from '../../project/types.ts'
import { isFromNames } from '../../suggestions/fromNames.ts'
import { versionOf } from '../images/rows.ts'
import type { StartedJob } from '../jobs.ts'
import { titles } from '../marks/marks.ts'
import { writeStatesWithin } from '../marks/writeStates.ts'
import { counted } from '../words.ts'
import type { Workspace } from '../workspace.ts'
import { type Accepted, imageByImage, planBulk, type SampledPair, sampleOf } from './plan.ts'

interface Previewed {
  token: string
  scores: CurrentScores
  plan: Accepted[]
  count: number
  title: string
}

/** How many of the least certain pairs are shown, and how many random ones. */
const sampleSize = 12

/** The preview that was shown and can be accepted. Only the latest is kept, since it may hold millions of pairs. */
export class BulkPreviews {
  #latest: Previewed | undefined
  #uponSuggestion: Promise<Uint8Array> | undefined

  keep(previewed: Omit<Previewed, 'token'>): string {
    const token = randomUUID()
    this.#latest = { token, ...previewed }
    return token
  }

  /** Each preview can be accepted once. @throws UserError `bulk-forgotten` */
  take(token: string): Previewed {
    const latest = this.look(token)
    this.#latest = undefined
    return latest
  }

  /** @throws UserError `bulk-forgotten` */
  look(token: string): Previewed {
    const latest = this.#latest
    if (latest?.token !== token) {
      throw new UserError('bulk-forgotten', 'This preview is out of date.', 'Check the new one, then accept again.')
    }
    return latest
  }

  /** The pairs that are no evidence, cached until something is marked. */
  async uponSuggestion({ project }: Workspace, matrix: ProjectMatrix): Promise<Uint8Array> {
    for (;;) {
      this.#uponSuggestion ??= project.states.decidedUponSuggestion(matrix)
      const read = this.#uponSuggestion
      const found = await read.catch((error) => {
        this.#uponSuggestion = undefined
        throw error
      })
      // Labels or images may have been added meanwhile.
      if (found.length === matrix.rows * matrix.columns) return found
      if (this.#uponSuggestion === read) this.#uponSuggestion = undefined
    }
  }

  /** To be called after every commit. */
  follow(change: ProjectChange): void {
    if (change.kind === 'states' || change.kind === 'labels' || change.kind === 'images')
      this.#uponSuggestion = undefined
    // Another model is current: the preview is out of date.
    if (change.kind === 'models') this.#latest = undefined
  }
}

/**
 * Previews which suggestions of each label can be accepted at the target accuracy; nothing is written.
 * @throws UserError `no-suggestions`, `names-not-learnt`
 */
export async function previewBulk(workspace: Workspace, request: BulkRequest): Promise<BulkPreview> {
  const { bulk, suggestions } = workspace
  const scores = await suggestions.current()
  if (!scores) {
    throw new UserError('no-suggestions', 'There are no suggestions yet.', 'Mark some labels, then fine-tune.')
  }
  if (isFromNames(scores.model)) {
    throw new UserError(
      'names-not-learnt',
      'These suggestions come from names only, so their accuracy isn’t known.',
      'Accept or reject some individually, then fine-tune.',
    )
  }
  const { table } = scores
  const matrix = await suggestions.followAll(scores)
  const uponSuggestion = await bulk.uponSuggestion(workspace, matrix)
  const images = await acceptableImages(workspace, request.filter)
  const { precision, maxLost, sides, labelIds } = request
  const pairs = await suggestions.pairs(scores)
  const plan = await planBulk({ pairs, uponSuggestion, images, precision, maxLost, sides, labelIds })
  const count = plan.reduce((sum, { rows }) => sum + rows.length, 0)
  const touched = new Uint8Array(table.imageIds.length)
  for (const { rows } of plan) for (const row of rows) touched[row] = 1
  return {
    token: bulk.keep({ scores, plan, count, title: titleOf(workspace, plan, count, precision) }),
    count,
    images: touched.reduce((sum, one) => sum + one, 0),
    expectedErrors: plan.reduce((sum, { line }) => sum + line.expectedErrors, 0),
    lines: plan.map(({ line }) => line),
  }
}

/** The readable images that pass the filter, as in `withoutUnseen`; undefined for all. */
async function acceptableImages(workspace: Workspace, filter: BulkRequest['filter']): Promise<Int32Array | undefined> {
  const { broken, missing } = workspace.project.images.counts()
  if (!filter && broken + missing === 0) return undefined
  if (filter?.status && !filter.status.includes('ok')) return new Int32Array(0)
  return (await findImages(workspace, { filter: { ...filter, status: ['ok'] } })).ids
}

/** A sample of the preview, for one label and side. @throws UserError `bulk-forgotten` */
export async function sampleBulk(
  workspace: Workspace,
  { token, labelId, side }: { token: string } & Pick<BulkLine, 'labelId' | 'side'>,
): Promise<BulkSample[]> {
  const { scores, plan } = workspace.bulk.look(token)
  const lines = plan.filter(({ line }) => line.labelId === labelId && line.side === side)
  return shown(workspace, scores, await sampleOf(lines, scores.table, sampleSize))
}

/** Accepts what was previewed, as one action. Pairs that were decided meanwhile stay as they are, and are counted. */
export function startBulk(workspace: Workspace, token: string): StartedJob<ActionResult & { left: number }> {
  const { bulk, context, project } = workspace
  workspace.requireWritable()
  const { scores, plan, count, title } = bulk.take(token)
  return context.jobs.start('accept', title, async (job) => {
    job.update({ phase: 'Making a backup' })
    await workspace.backups.beforeAction()
    job.update({ phase: 'Accepting' })
    const matrix = await project.states.matrix()
    let [firstImageId, left, seen]: [number | null, number, number] = [null, 0, 0]
    const pairs = await imageByImage(plan, scores.table)
    const changes = function* (): Generator<StateChange> {
      for (const { imageId, line, probability } of pairs) {
        const { labelId, side } = line
        seen++
        if (matrix.columnOf(labelId) < 0 || matrix.get(imageId, labelId) !== 0) {
          left++
          continue
        }
        firstImageId ??= imageId
        const origin = { source: 'accepted_suggestion', modelId: scores.model.id, score: probability } as const
        yield { imageId, labelId, state: stateOf(side), ...origin }
      }
    }
    const relations = new Relations(project.labels.list())
    const changed = await project.editLarge({ title, annotator: project.settings.get('annotator') }, (edit) =>
      writeStatesWithin(
        edit,
        changes(),
        { follow: relations, known: matrix },
        { signal: job.signal, onProgress: () => job.update({ fraction: count > 0 ? seen / count : null }) },
      ),
    )
    const result = { changed, title, firstImageId, ...titles(workspace), left }
    return { result, outcome: `${counted(changed, 'suggestion')} accepted.` }
  })
}

function titleOf({ project }: Workspace, plan: readonly Accepted[], count: number, precision: number): string {
  const lines = plan.map(({ line }) => line).filter((line) => line.count > 0)
  const aim = `${Number((precision * 100).toFixed(1))}% precision`
  if (lines.length !== 1) return `Accept ${counted(count, 'suggestion')} at ${aim}`
  const name = project.labels.get(lines[0].labelId)?.name ?? ''
  return `Accept “${name}” ${lines[0].side} in ${counted(count, 'image')} at ${aim}`
}

function shown({ project }: Workspace, { table }: CurrentScores, sample: readonly SampledPair[]): BulkSample[] {
  const images = new Map(project.images.many(sample.map(({ row }) => table.imageIds[row])).map((one) => [one.id, one]))
  return sample.flatMap(({ row, labelId, side, probability, drawn }) => {
    const image = images.get(table.imageIds[row])
    if (!image) return []
    const { id: imageId, path, status } = image
    return [{ imageId, path, status, version: versionOf(image), labelId, side, probability, drawn }]
  })
}
