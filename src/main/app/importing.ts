import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { ImportPreview } from '../../preload/schemas.ts'
import { UserError } from '../base/errors.ts'
import { formatById, formatOfFile } from '../exchange/formats.ts'
import { type ImportChoices, ImportPlan, type ImportTarget } from '../exchange/plan.ts'
import { labelNameKey, labelNameOf } from '../project/labelName.ts'
import type { Project } from '../project/project.ts'
import type { StartedJob } from './jobs.ts'
import { counted } from './words.ts'
import type { Workspace } from './workspace.ts'

interface Previewed {
  plan: ImportPlan
  path: string
}

export interface ImportResult {
  /** How many states have changed. */
  states: number
  /** How many labels were made. */
  labels: number
}

/** A preview holds the whole content of its file. */
const previewsKept = 3

/** Imports that a person has looked at and not yet decided on. */
export class ImportPreviews {
  readonly #previews = new Map<string, Previewed>()

  add(previewed: Previewed): string {
    const token = randomUUID()
    this.#previews.set(token, previewed)
    for (const old of [...this.#previews.keys()].slice(0, -previewsKept)) this.#previews.delete(old)
    return token
  }

  /** Each preview can be carried out once. @throws UserError `import-forgotten` */
  take(token: string): Previewed {
    const previewed = this.#previews.get(token)
    this.#previews.delete(token)
    if (previewed) return previewed
    throw new UserError('import-forgotten', 'This import is no longer prepared.', 'Choose the file again.')
  }
}

/**
 * Reads a file and says what importing it would do; nothing is written.
 * @param file absolute
 * @throws UserError of the format and the file
 */
export function startPreview(workspace: Workspace, file: string, formatId?: string): StartedJob<ImportPreview> {
  const { context, project, imports } = workspace
  const format = formatId === undefined ? formatOfFile(file) : formatById(formatId)
  const { read } = format
  if (!read) {
    throw new UserError('format-writes-only', `${format.title} can be written, not read.`, 'Choose another format.')
  }
  const name = path.basename(file)
  return context.jobs.start('import', `Read ${name}`, async (job) => {
    job.update({ phase: 'Reading' })
    const collected = await read(file, { signal: job.signal, onProgress: (fraction) => job.update({ fraction }) })
    job.update({ phase: 'Comparing with the project', fraction: null })
    const plan = await ImportPlan.make(format.id, collected, await targetOf(project), { signal: job.signal })
    const { images, labels, states, rest, problems } = plan.preview
    const { inFile, matched, unmatched, unmatchedPaths } = images
    const preview: ImportPreview = {
      token: imports.add({ plan, path: file }),
      format: format.id,
      images: { inFile, matched, unmatched, unmatchedPaths },
      ...{ labels, states, rest, problems },
    }
    return { result: preview, outcome: `${name} mentions ${counted(matched, 'image')} of this project.` }
  })
}

/** Writes what was previewed: one action, taken back by one undo. @throws UserError `import-forgotten` */
export function startImport(workspace: Workspace, token: string, choices: ImportChoices): StartedJob<ImportResult> {
  const { context, project, imports } = workspace
  workspace.requireWritable()
  const { plan, path: file } = imports.take(token)
  const name = path.basename(file)
  return context.jobs.start('import', `Import ${name}`, async (job) => {
    const { present, absent } = plan.preview.states
    const total = present + absent + (choices.rest === 'absent' ? (plan.preview.rest ?? 0) : 0)
    job.update({ phase: 'Writing' })
    const states = await project.editLarge({ title: `Import ${name}` }, (edit) =>
      plan.apply(edit, choices, {
        signal: job.signal,
        onProgress: (done) => job.update({ fraction: total > 0 ? done / total : null }),
      }),
    )
    const labels = plan.labels.filter(({ labelId }) => labelId === null).length
    return {
      result: { states, labels },
      outcome: `${counted(states, 'state')} changed, ${counted(labels, 'label')} added.`,
    }
  })
}

async function targetOf(project: Project): Promise<ImportTarget> {
  const matrix = await project.states.matrix()
  return {
    labels: project.labels.list(),
    images: function* () {
      for (const image of project.images.known()) yield { ...image, available: image.status !== 'missing' }
    },
    stateOf: (imageId, labelId) => matrix.get(imageId, labelId),
    labelNameOf,
    labelNameKey,
  }
}
