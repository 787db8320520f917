import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { ImportPreview } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { type Detected, detect, readLabels } from '../../exchange/formats/detect.ts'
import type { Format } from '../../exchange/formats/format.ts'
import { formatById } from '../../exchange/formats/list.ts'
import { checkSettings, type Settings } from '../../exchange/formats/settings.ts'
import type { Renames } from '../../exchange/plan/labels.ts'
import { type ImportChoices, ImportPlan, type ImportSink, type ImportTarget } from '../../exchange/plan/plan.ts'
import { readRenames as mappingFile, renamesOf } from '../../exchange/plan/renames.ts'
import type { PredictedScores } from '../../exchange/read/predictions.ts'
import type { Problem } from '../../exchange/records.ts'
import type { Edit } from '../../project/labels/edit.ts'
import { labelNameKey, labelNameOf } from '../../project/labels/name.ts'
import type { Project } from '../../project/project.ts'
import { scoresFile, writeScores } from '../../suggestions/scores.ts'
import type { StartedJob } from '../jobs.ts'
import { writeStatesWithin } from '../marks/writeStates.ts'
import { counted } from '../words.ts'
import type { Workspace } from '../workspace.ts'

export { mappingFile, type Problem, renamesOf }

interface Previewed {
  plan: ImportPlan
  path: string
  /** Null if the format was given. */
  detected: Detected | null
}

export interface ImportRequest {
  /** A file or folder, absolute. */
  path: string
  /** @default detected from the content */
  format?: string
  /** Answers to the format's questions. */
  settings?: Settings
  /** New names for the file's labels. */
  renames?: Renames
}

export interface ImportResult {
  /** How many states changed. */
  states: number
  /** How many labels were added. */
  labels: number
  /** How many pairs now have a suggestion by the file's model. */
  suggestions: number
}

/** Few, as each preview holds the whole content of its file. */
const previewsKept = 3

/** Imports that were previewed and not yet carried out. */
export class ImportPreviews {
  readonly #previews = new Map<string, Previewed>()

  add(previewed: Previewed): string {
    const token = randomUUID()
    this.#previews.set(token, previewed)
    for (const old of [...this.#previews.keys()].slice(0, -previewsKept)) this.#previews.delete(old)
    return token
  }

  /** Leaves the preview to be carried out later. @throws UserError `import-forgotten` */
  get(token: string): Previewed {
    const previewed = this.#previews.get(token)
    if (previewed) return previewed
    throw new UserError('import-forgotten', 'This import preview has expired.', 'Choose the file again.')
  }

  /** Each preview can be carried out once. @throws UserError `import-forgotten` */
  take(token: string): Previewed {
    const previewed = this.get(token)
    this.#previews.delete(token)
    return previewed
  }
}

/**
 * Reads a file or folder and reports what importing it would do. Nothing is written.
 * @throws UserError of the format and the file
 */
export function startPreview(workspace: Workspace, request: ImportRequest): StartedJob<ImportPreview> {
  const { context, project } = workspace
  const named = request.format === undefined ? undefined : readable(formatById(request.format))
  const name = path.basename(request.path)
  return context.jobs.start('import', `Read ${name}`, async (job) => {
    job.update({ phase: 'Reading' })
    await requireFileOrFolder(request.path)
    const detected = named ? null : await detect(request.path)
    const format = named ?? detected!.format
    checkSettings(format.title, format.settings ?? [], 'read', request.settings)
    const onProgress = (fraction: number) => job.update({ fraction })
    const reading = { settings: request.settings, signal: job.signal, onProgress }
    const collected = await readLabels(format, request.path, reading, detected?.place)
    job.update({ phase: 'Comparing with the project', fraction: null })
    const target = await targetOf(project)
    const plan = await ImportPlan.make(format.id, collected, target, { signal: job.signal, renames: request.renames })
    return shown(workspace, { plan, path: request.path, detected })
  })
}

/**
 * Previews the same file with other names for its labels. It is compared with the project again, but not read again; the new
 * preview replaces the old one.
 * @throws UserError `import-forgotten`
 */
export function startRenaming(workspace: Workspace, token: string, renames: Renames): StartedJob<ImportPreview> {
  const { context, project, imports } = workspace
  const { plan: before, path: file, detected } = imports.get(token)
  return context.jobs.start('import', `Rename labels of ${path.basename(file)}`, async (job) => {
    job.update({ phase: 'Comparing with the project', fraction: null })
    const plan = await before.renamed(await targetOf(project), { signal: job.signal, renames })
    imports.take(token)
    return shown(workspace, { plan, path: file, detected })
  })
}

function shown({ imports }: Workspace, previewed: Previewed): { result: ImportPreview; outcome: string } {
  const { ours: _, ...preview } = previewed.plan.preview
  return {
    result: {
      ...preview,
      token: imports.add(previewed),
      limits: formatById(preview.format).limits,
      detected: detectionOf(previewed),
    },
    outcome: `${path.basename(previewed.path)} contains ${counted(preview.images.matched, 'image')} of this project.`,
  }
}

function detectionOf({ detected }: Previewed): ImportPreview['detected'] {
  if (!detected) return null
  const { because, others, ignored } = detected
  return { because, others, ignored }
}

/** Refuses pipes and devices, which might never end. A missing file is reported by whoever reads it. */
async function requireFileOrFolder(place: string): Promise<void> {
  const facts = await stat(place).catch(() => undefined)
  if (!facts || facts.isFile() || facts.isDirectory()) return
  throw new UserError(
    'not-a-file',
    `This is neither a file nor a folder: ${place}`,
    'Save its output to a file, and import that.',
  )
}

function readable(format: Format): Format {
  if (format.read) return format
  throw new UserError(
    'format-writes-only',
    `${format.title} can be exported but not imported.`,
    'Choose another format.',
  )
}

/** Imports what was previewed, as one action that one undo takes back. @throws UserError `import-forgotten` */
export function startImport(workspace: Workspace, token: string, choices: ImportChoices): StartedJob<ImportResult> {
  const { context, project, imports } = workspace
  workspace.requireWritable()
  const { plan, path: file } = imports.take(token)
  const name = path.basename(file)
  return context.jobs.start('import', `Import ${name}`, async (job) => {
    const { present, absent } = plan.preview.states
    const { rest, restEmpty } = plan.preview
    const everywhere = choices.rest === 'absent-everywhere' ? (restEmpty?.pairs ?? 0) : 0
    const total = present + absent + (choices.rest === 'unknown' ? 0 : (rest ?? 0)) + everywhere
    job.update({ phase: 'Making a backup' })
    await workspace.backups.beforeAction()
    job.update({ phase: 'Writing' })
    const states = await project.editLarge({ title: `Import ${name}` }, (edit) =>
      plan.apply(sinkOf(edit), choices, {
        signal: job.signal,
        onProgress: (done) => job.update({ fraction: total > 0 ? done / total : null }),
      }),
    )
    const labels = plan.labels.filter(({ labelId, leftOut }) => labelId === null && !leftOut).length
    const predicted = choices.suggestions === false ? [] : plan.suggestions()
    // The first one kept may become the current model: the one with the most suggestions.
    for (const scores of predicted.toSorted((a, b) => b.probabilities.length - a.probabilities.length)) {
      await keepSuggestions(workspace, scores)
    }
    const suggestions = predicted.length > 0 ? plan.preview.suggestions!.pairs : 0
    const counts = [`${counted(states, 'state')} changed`, `${counted(labels, 'label')} added`]
    if (suggestions > 0) counts.push(`${counted(suggestions, 'suggestion')} kept`)
    return { result: { states, labels, suggestions }, outcome: `${counts.join(', ')}.` }
  })
}

/** Writes exactly what the file says, as the preview counted it: label parents and groups imply nothing here. */
export function sinkOf(edit: Edit): ImportSink {
  return {
    addLabel: (label) => edit.addLabel(label),
    addModel: (model) => edit.addModel(model),
    adoptImageUid: (imageId, uid) => edit.adoptImageUid(imageId, uid),
    writeStates: (changes, options) => writeStatesWithin(edit, changes, 'leave', options),
  }
}

/** Keeps a file's predictions as a model of the project. It becomes the current one if there is no usable other. */
async function keepSuggestions({ project, suggestions }: Workspace, scores: PredictedScores): Promise<void> {
  const uid = randomUUID()
  await writeScores(scoresFile(project.cacheFolder, uid), scores)
  const current = project.models.current()
  project.models.add(
    {
      ...{ uid, kind: 'import', backbone: scores.model, seed: null, device: null },
      ...{ metrics: null, labelIds: [...scores.labelIds], file: null },
    },
    { current: !current || !suggestions.isUsable(current) },
  )
}

async function targetOf(project: Project): Promise<ImportTarget> {
  const matrix = await project.states.matrix()
  return {
    labels: project.labels.list(),
    images: function* () {
      for (const { id, uid, path, sha256, status } of project.images.known()) {
        yield { id, uid, path, sha256, available: status !== 'missing' }
      }
    },
    stateOf: (imageId, labelId) => matrix.get(imageId, labelId),
    labelNameOf,
    labelNameKey,
  }
}
