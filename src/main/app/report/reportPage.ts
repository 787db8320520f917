import path from 'node:path'
import { heatCell, heatColour } from '../../../contract/heat.ts'
import { asUserError, UserError } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import { Slices } from '../../base/slices.ts'
import { type Side, sideOf } from '../../domain/state.ts'
import type { CurrentScores } from '../../pairs/suggestions.ts'
import type { Image } from '../../project/types.ts'
import type { ReportContent, ReportModel, ReportPicture } from '../../report/content.ts'
import { reportPage } from '../../report/page.ts'
import { confidenceOf } from '../../suggestions/scores.ts'
import { requireTarget } from '../exchange/writeTarget.ts'
import type { JobControl, StartedJob } from '../jobs.ts'
import { cooccurrenceOfKnown, mistakesOfModel, modelCurves, modelReport } from '../models/modelPage.ts'
import { counted } from '../words.ts'
import type { ReadableWorkspace } from '../workspace.ts'

export interface WrittenReport {
  file: string
  bytes: number
  pictures: number
}

/** Limits the pictures, which make up most of the file: likely mistakes, labels, and suggestions for each label. */
const most = { mistakes: 24, labels: 40, suggestions: 6 }

/**
 * Writes what is known, and how good the model is, as one page that anyone can open.
 * @throws UserError `export-name`, `export-target`, `target-exists`
 */
export function startReport(
  workspace: ReadableWorkspace,
  target: string,
  { overwrite }: { overwrite?: boolean } = {},
): StartedJob<WrittenReport> {
  const { context } = workspace
  if (!/\.html?$/i.test(target)) {
    throw new UserError('export-name', `A report must end in .html: ${target}`, 'Change the name.')
  }
  requireTarget(workspace, { path: target, as: 'file', overwrite })
  return context.jobs.start('export', `Report to ${path.basename(target)}`, async (job) => {
    job.update({ phase: 'Counting' })
    const content = await contentOf(workspace, job)
    const found = [
      ...(content.model?.mistakes ?? []),
      ...(content.model?.suggestions ?? []).flatMap((one) => one.pictures),
    ]
    job.signal.throwIfAborted()
    const text = reportPage(content)
    await context.writes.during(target, () => writeAtomically(target, (handle) => handle.writeFile(text)))
    const pictures = found.filter(({ picture }) => picture).length
    return {
      result: { file: target, bytes: Buffer.byteLength(text), pictures },
      outcome: `Report with ${counted(pictures, 'picture')} written to ${path.basename(target)}.`,
    }
  })
}

async function contentOf(workspace: ReadableWorkspace, job: JobControl): Promise<ReportContent> {
  const { context, project } = workspace
  const images = project.images.counts()
  const scores = await workspace.suggestions.current()
  const pairs = scores && (await workspace.suggestions.pairs(scores))
  const matrix = await project.states.matrix()
  const report = scores && (await modelReport(workspace, scores.model.id))
  const precisions = new Map(report?.labels.map(({ labelId, averagePrecision }) => [labelId, averagePrecision]))
  const labels = project.labels.list()
  const rows = matrix.imageIds.length
  const likely = new Map<number, { present: number; absent: number }>()
  if (pairs) {
    const slices = new Slices()
    for (const { id } of labels) {
      const counts = pairs.likelyOf(id)
      if (counts) likely.set(id, counts)
      await slices.pause()
    }
  }
  const cooccurrence = await cooccurrenceOfKnown(workspace)
  const names = new Map(labels.map(({ id, name }) => [id, name]))
  const known = labels.map(({ presentCount, absentCount }) => ({ present: presentCount, absent: absentCount }))
  const total = (side: Side): number => known.reduce((sum, one) => sum + one[side], 0)
  return {
    project: project.name,
    writtenAt: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    version: context.version,
    images: { total: images.total, ok: images.ok, broken: images.broken, missing: images.missing },
    labels: labels.map(({ id, name, colour, presentCount, absentCount }) => ({
      ...{ name, colour, present: presentCount, absent: absentCount },
      unknown: rows - presentCount - absentCount,
      averagePrecision: precisions.get(id) ?? null,
      likely: likely.get(id) ?? null,
    })),
    pairs: {
      present: total('present'),
      absent: total('absent'),
      unknown: rows * labels.length - total('present') - total('absent'),
    },
    cooccurrence: {
      names: cooccurrence.labelIds.map((id) => names.get(id) ?? ''),
      labels: cooccurrence.labels,
      cells: cooccurrence.labelIds.flatMap((_, a) =>
        cooccurrence.labelIds.map((_, b) => {
          const { value } = heatCell(cooccurrence, a, b, 'lift')
          const colour = heatColour(value, 'lift')
          return value === null || !colour ? null : { value, ...colour }
        }),
      ),
    },
    model: scores && report ? await modelOf(workspace, scores, report, names, job) : null,
  }
}

async function modelOf(
  workspace: ReadableWorkspace,
  scores: CurrentScores,
  { mAP, calibrationError, present, absent }: Awaited<ReturnType<typeof modelReport>>,
  names: ReadonlyMap<number, string>,
  job: JobControl,
): Promise<ReportModel> {
  const { model } = scores
  const { reliability, thresholds } = await modelCurves(workspace, model.id, null)
  const mistakes = await likelyMistakes(workspace, model.id, names)
  const suggestions = await suggestedOf(workspace, scores, names)
  const wanted = [...mistakes, ...suggestions.flatMap(({ pictures }) => pictures)]
  const pictures = new Map<number, Uint8Array | undefined>()
  for (const [i, { imageId }] of wanted.entries()) {
    job.signal.throwIfAborted()
    job.update({ phase: `Pictures: ${i + 1} of ${wanted.length}`, fraction: i / wanted.length })
    if (!pictures.has(imageId)) pictures.set(imageId, await pictureOf(workspace, imageId))
  }
  const shown = ({ imageId, ...one }: Wanted): ReportPicture => ({ ...one, picture: pictures.get(imageId) })
  const device = model.device === null ? '' : ` (${model.device})`
  return {
    facts: `${model.kind} on ${model.backbone}${device}, trained ${new Date(model.createdAt).toISOString().slice(0, 10)}`,
    mAP,
    calibrationError,
    heldOut: { present, absent },
    reliability,
    precisionRecall: thresholds?.recall.map((recall, i) => ({ recall, precision: thresholds.precision[i] })) ?? null,
    mistakes: mistakes.map(shown),
    suggestions: suggestions.map(({ label, pictures: some }) => ({ label, pictures: some.map(shown) })),
  }
}

type Wanted = Omit<ReportPicture, 'picture'> & { imageId: number }

/** The most confident mistakes across all labels. */
async function likelyMistakes(
  workspace: ReadableWorkspace,
  modelId: number,
  names: ReadonlyMap<number, string>,
): Promise<Wanted[]> {
  const found: Wanted[] = []
  for (const [labelId, label] of names) {
    for (const one of await mistakesOfModel(workspace, { id: modelId, labelId, limit: most.mistakes })) {
      const { imageId, path: file, state, probability } = one
      found.push({ imageId, path: file, label, probability, state: sideOf(state) })
    }
  }
  return found.sort((a, b) => confidenceOf(b.probability) - confidenceOf(a.probability)).slice(0, most.mistakes)
}

/** For each label, undecided images where it is suggested as present, the most probable first. */
async function suggestedOf(
  { project, suggestions }: ReadableWorkspace,
  scores: CurrentScores,
  names: ReadonlyMap<number, string>,
): Promise<{ label: string; pictures: Wanted[] }[]> {
  const pairs = await suggestions.pairs(scores)
  const slices = new Slices()
  const found: { label: string; pictures: Wanted[] }[] = []
  for (const [labelId, label] of names) {
    if (found.length === most.labels) break
    const probabilityAt = pairs.valuesOf(labelId)
    const best = pairs
      .mostProbable(labelId, most.suggestions)
      .map((row) => ({ imageId: pairs.imageIds[row], probability: probabilityAt(row) }))
    await slices.pause()
    const images = new Map(project.images.many(best.map(({ imageId }) => imageId)).map((image) => [image.id, image]))
    const pictures = best.flatMap(({ imageId, probability }) => {
      const image = images.get(imageId)
      return image?.status === 'ok' ? [{ imageId, path: image.path, label, probability, state: null }] : []
    })
    if (pictures.length > 0) found.push({ label, pictures })
  }
  return found
}

async function pictureOf(workspace: ReadableWorkspace, imageId: number): Promise<Uint8Array | undefined> {
  const { context, project } = workspace
  const image: Image | undefined = project.images.get(imageId)
  if (!image || image.sha256 === null || image.status !== 'ok') return undefined
  const { cacheFolder } = project
  try {
    const one = { path: await workspace.placeOf(image), sha256: image.sha256, cacheFolder }
    return (await context.compute.run('picture', one)).bytes
  } catch (error) {
    const known = asUserError(error)
    if (!(known instanceof UserError) || known.code === 'images-not-allowed') throw known
    // An image that has disappeared is missing from the report; the rest is there.
    return undefined
  }
}
