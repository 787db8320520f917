import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import type { ExportReport } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { copyWhole } from '../../base/files.ts'
import { State, sideOf } from '../../domain/state.ts'
import type { Format } from '../../exchange/formats/format.ts'
import { formatById } from '../../exchange/formats/list.ts'
import { checkSettings, type Settings } from '../../exchange/formats/settings.ts'
import type { ExportOptions, ExportSource, LabelRecord, SuggestionRecord } from '../../exchange/records.ts'
import { isFileOf } from '../../exchange/write/folderWriter.ts'
import { type SuggestionRow, writeSuggestionsCsv } from '../../exchange/write/suggestionsCsv.ts'
import { requireScanned } from '../../images/source.ts'
import type { CurrentScores } from '../../pairs/suggestions.ts'
import type { ReadableProject } from '../../project/readable.ts'
import type { ProjectSnapshot } from '../../project/states/snapshot.ts'
import type { Label } from '../../project/types.ts'
import { isHeldOut } from '../../suggestions/fromNames.ts'
import { rankSuggestions, type ScoredPair, suggestionOf } from '../../suggestions/scores.ts'
import type { StartedJob } from '../jobs.ts'
import { openFeatures } from '../training/featureSource.ts'
import { counted } from '../words.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { requireNoSource, requireTarget, type WriteTarget } from './writeTarget.ts'

export interface ExportRequest {
  format: string
  /** Absolute. */
  path: string
  /** Include undecided suggestions, if the format can hold them. */
  suggestions?: boolean
  /** Only images with every label known. */
  complete?: boolean
  /** What to do with the image files, if the format has a place for them. @default what the format needs */
  images?: 'none' | 'copy' | 'link'
  /** Answers to the format's questions. */
  settings?: Settings
  /** Whether existing files may be replaced. @default false */
  overwrite?: boolean
}

/** Exports the project as it is at this moment; marking can go on meanwhile. @throws UserError of the target and the format */
export function startExport(workspace: ReadableWorkspace, request: ExportRequest): StartedJob<ExportReport> {
  const { context, project } = workspace
  const format = formatById(request.format)
  const { write } = format
  if (!write) {
    throw new UserError(
      'format-reads-only',
      `${format.title} can be imported but not exported.`,
      'Choose another format.',
    )
  }
  checkSettings(format.title, format.settings ?? [], 'write', request.settings)
  const { path: target, suggestions, overwrite } = request
  const as = placeOf(format, target)
  requireTarget(workspace, { path: target, as, files: format.besides?.(target, { suggestions }), overwrite })
  const images = request.images ?? (format.images === 'needed' ? 'copy' : 'none')
  if (images !== 'none' && (format.images ?? 'none') === 'none') {
    throw new UserError('export-images', `${format.title} can’t store images.`, 'Export without them.')
  }
  if (images === 'none' && format.images === 'needed') {
    throw new UserError('export-images', `${format.title} needs its images.`, 'Copy or link them.')
  }
  if (images !== 'none' && as === 'file') {
    const message = `${path.basename(target)} is one file, so the images can’t be put into it.`
    throw new UserError('export-images', message, `Choose a folder: a name without ${format.extensions[0]}.`)
  }
  if (images !== 'none') workspace.requireImages()
  return context.jobs.start('export', `Export to ${path.basename(target)}`, async (job) => {
    const scores = suggestions ? await workspace.suggestions.current() : undefined
    if (scores) await workspace.suggestions.followAll(scores)
    const features = format.needsFeatures ? await openFeatures(workspace, job.signal) : undefined
    const snapshot = project.snapshot()
    try {
      const walked = project.images.counts().total * 4
      job.update({ phase: 'Writing' })
      const source = { ...exportSource(project, snapshot, scores), features: features?.source }
      const options: ExportOptions = {
        appVersion: context.version,
        suggestions,
        complete: request.complete,
        settings: request.settings,
        placeImage: images === 'none' ? undefined : placing(workspace, images),
        replaceFolder: overwrite,
        signal: job.signal,
        // Formats walk over the images up to four times, so this fraction is a lower bound.
        onProgress: (done) => {
          if (done % 512 === 0) job.update({ fraction: Math.min(0.99, done / walked) })
        },
      }
      const report = await context.writes.during(target, () => write(source, target, options))
      warnOfUnlabelled(workspace, format, request, report)
      if (as === 'folder') await context.writes.remember(target)
      const labels = `${counted(report.present, 'present label')} and ${counted(report.absent, 'absent label')}`
      return {
        result: report,
        outcome: `${labels} of ${counted(report.images, 'image')} written to ${path.basename(target)}.`,
      }
    } finally {
      snapshot.close()
      await features?.close()
    }
  })
}

/** How many rows a file of suggestions has. */
export interface WrittenSuggestions {
  /** Rows of unknown pairs. */
  suggestions: number
  /** Rows of known pairs, with held-out probabilities. */
  known: number
  /** Known pairs without a held-out probability, or whose image can’t be read. */
  leftOut: number
}

/**
 * Writes every undecided suggestion as a row of a CSV file, the most certain first; with `known`, the known pairs follow with
 * their held-out probabilities.
 * @throws UserError `no-suggestions`, `nothing-held-out`, and those of the file system
 */
export async function exportSuggestions(
  workspace: ReadableWorkspace,
  target: string,
  { known = false, overwrite, signal }: { known?: boolean; overwrite?: boolean; signal?: AbortSignal } = {},
): Promise<WrittenSuggestions> {
  const { context, project, suggestions } = workspace
  requireTarget(workspace, { path: target, as: 'file', overwrite })
  const scores = await suggestions.current()
  if (!scores) {
    throw new UserError('no-suggestions', 'There are no suggestions yet.', 'Fine-tune first (surmise train).')
  }
  const { table, model } = scores
  if (known && !isHeldOut(model)) {
    throw new UserError(
      'nothing-held-out',
      'This model has no held-out probabilities: it wasn’t trained on this project’s marks.',
      'Fine-tune first (surmise train), or leave --known out.',
    )
  }
  const matrix = await suggestions.followAll(scores)
  const names = new Map(project.labels.list().map(({ id, name }) => [id, name]))
  const paths = new Map<number, string>()
  for (const { id, path: file, status } of project.images.known()) if (status === 'ok') paths.set(id, file)
  const isWanted = (imageId: number, labelId: number) => names.has(labelId) && paths.has(imageId)
  const isUnknown = (imageId: number, labelId: number) => matrix.get(imageId, labelId) === State.unknown
  const rowOf = ({ row, column, probability }: ScoredPair): SuggestionRow => {
    const [image, label] = [paths.get(table.imageIds[row])!, names.get(table.labelIds[column])!]
    return { image, label, probability, suggestion: suggestionOf(probability) }
  }
  const written: WrittenSuggestions = { suggestions: 0, known: 0, leftOut: 0 }
  const rows = function* (): Generator<SuggestionRow> {
    const undecided = rankSuggestions(table, (image, label) => isWanted(image, label) && isUnknown(image, label))
    for (const pair of undecided) {
      written.suggestions++
      yield rowOf(pair)
    }
    if (!known) return
    // `FollowedScores` leaves known pairs as training wrote them: cross-fitted, or by a model that never saw the pair.
    const decided = rankSuggestions(table, (image, label) => isWanted(image, label) && !isUnknown(image, label))
    for (const pair of decided) {
      const state = matrix.get(table.imageIds[pair.row], table.labelIds[pair.column])
      // Cleared while the file is being written.
      if (state === State.unknown) continue
      written.known++
      yield { ...rowOf(pair), known: sideOf(state) }
    }
    written.leftOut = -written.known
    for (const { id: imageId } of project.images.known()) {
      for (const labelId of names.keys()) if (!isUnknown(imageId, labelId)) written.leftOut++
    }
  }
  await context.writes.during(target, () => writeSuggestionsCsv(target, rows(), { known, signal }))
  return written
}

/** Copies or links an image, after checking that the file is still what was scanned: an export must not leak any other file. */
function placing(workspace: ReadableWorkspace, how: 'copy' | 'link'): ExportOptions['placeImage'] {
  const { project } = workspace
  return async ({ id, path: relative }, destination) => {
    const file = await workspace.placeOf({ path: relative })
    // A folder in the target may be a link to the image folder.
    requireNoSource(workspace, destination)
    await mkdir(path.dirname(destination), { recursive: true })
    const check = (copy: string) => requireScanned(copy, relative, project.images.get(id)?.sha256 ?? null)
    if (how === 'copy') return copyWhole(file, destination, check)
    await check(file)
    await symlink(file, destination)
  }
}

/** Warns where a format writes images nobody has labelled yet, because other programs may take them for images without labels. */
function warnOfUnlabelled(
  { project }: ReadableWorkspace,
  { says }: Format,
  request: ExportRequest,
  report: ExportReport,
): void {
  const { total, started } = project.images.counts()
  if (!says.unlabelled || request.complete || started === total) return
  const message = 'Images nobody has labelled yet: other programs may read them as having none of the labels'
  report.warnings.push({ code: 'untouched', message, count: total - started, examples: [] })
}

/** A format that lists its files (COCO) writes into a folder shared with other programs and replaces nothing else there. */
function placeOf(format: Format, target: string): WriteTarget['as'] {
  const isFolder = format.writes === 'folder' || (format.writes === 'file or folder' && !isFileOf(format, target))
  if (!isFolder) return 'file'
  return format.besides?.(target, {}).length ? 'into-folder' : 'folder'
}

/** The project as formats see it. */
function exportSource(
  project: ReadableProject,
  snapshot: ProjectSnapshot,
  scores: CurrentScores | undefined,
): ExportSource {
  const { labels, models, changedAt } = snapshot
  return {
    project: {
      ...{ uuid: project.uuid, name: project.name, imageFolder: path.basename(project.imagesRoot) },
      changedAt: changedAt ?? project.createdAt,
    },
    labels: labelRecords(labels),
    models,
    images: ({ readable, states }) => snapshot.images({ status: readable ? ['ok'] : ['missing', 'broken'], states }),
    suggestions: scores && (() => undecidedSuggestions(snapshot, scores)),
  }
}

/** With their supercategory: the parent if there is one, as it says more about a label than its group. */
export function labelRecords(labels: readonly Label[]): LabelRecord[] {
  const names = new Map(labels.map(({ id, name }) => [id, name]))
  return labels.map((label) => ({ ...label, supercategory: names.get(label.parentId ?? 0) ?? label.group }))
}

function* undecidedSuggestions(snapshot: ProjectSnapshot, { table }: CurrentScores): Generator<SuggestionRecord> {
  for (const { image, states } of snapshot.images({ status: ['ok'] })) {
    const row = table.rowOf(image.id)
    if (row < 0) continue
    const known = new Set(states.map(({ labelId }) => labelId))
    for (const { id: labelId } of snapshot.labels) {
      const probability = known.has(labelId) ? Number.NaN : table.at(row, table.columnOf(labelId))
      if (!Number.isNaN(probability)) yield { image, labelId, probability }
    }
  }
}
