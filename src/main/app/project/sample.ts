import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, UserError } from '../../base/errors.ts'
import { sampleLayout } from '../../images/sample/layout.ts'
import { createProject, projectExtension } from '../../project/file/open.ts'
import type { AppContext } from '../context.ts'
import type { JobControl, StartedJob } from '../jobs.ts'
import { writeFirstStates } from '../marks/writeStates.ts'
import { counted } from '../words.ts'

export const sampleFile = `Sample${projectExtension}`

/** “Sample”, or “Sample 2” and so on if that is taken. */
function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'Sample' : `Sample ${number}`
    if (!taken.has(name)) return name
  }
}

/**
 * Draws a few hundred scenes and makes a project of them with a few known labels, enough to fine-tune at once. If it is cancelled
 * or fails, it leaves nothing behind.
 * @param folder new or empty, absolute
 * @param taken names of existing projects, which the sample must not reuse
 * @returns the job; its result is the path of the project file
 * @throws UserError `sample-folder`, `project-exists`
 */
export function makeSample(
  { jobs, compute }: AppContext,
  folder: string,
  taken: ReadonlySet<string> = new Set(),
): StartedJob<string> {
  const target = path.join(folder, sampleFile)
  if (existsSync(target)) {
    throw new UserError(
      'project-exists',
      `A sample project already exists: ${target}`,
      'Open it, or choose another folder.',
    )
  }
  if (existsSync(folder) && readdirSync(folder).some((name) => !name.startsWith('.'))) {
    throw new UserError('sample-folder', `The folder is not empty: ${folder}`, 'Choose an empty or new folder.')
  }
  const isNew = mkdirSync(folder, { recursive: true }) !== undefined
  const left = isNew ? [folder] : [...Object.values(sampleLayout), sampleFile, `${sampleFile}-cache`]
  const draw = async (job: JobControl) => {
    job.update({ phase: 'Drawing' })
    const sample = await compute.run(
      'drawSample',
      { folder },
      {
        signal: job.signal,
        onProgress: ({ done, total }) => job.update({ phase: `Drawing: ${done} of ${total}`, fraction: done / total }),
      },
    )
    job.signal.throwIfAborted()
    job.update({ phase: 'Embedding the images', fraction: null })
    const imagesRoot = path.join(folder, sample.images)
    const labels = (await readFile(path.join(folder, sample.labels), 'utf8')).trim().split('\n')
    try {
      const project = createProject({ path: target, imagesRoot, labels, name: freeName(taken) })
      try {
        const { added } = await compute.run(
          'scan',
          { root: project.imagesRoot, known: [], cacheFolder: project.cacheFolder },
          { signal: job.signal, onProgress: (report) => project.images.applyScan({ added: report.added }) },
        )
        project.images.applyScan({ added })
        job.signal.throwIfAborted()
        const labelIds = new Map(project.labels.list().map(({ id, name }) => [name, id]))
        const changes = sample.known.flatMap(({ image, label, state }) => {
          const [imageId, labelId] = [project.images.byPath(image)?.id, labelIds.get(label)]
          return imageId === undefined || labelId === undefined ? [] : [{ imageId, labelId, state }]
        })
        writeFirstStates(project, changes, 'Mark the first labels')
      } finally {
        project.close()
      }
    } catch (error) {
      throw asUserError(error)
    }
    return { result: target, outcome: `${counted(sample.count, 'scene')} drawn in ${folder}.` }
  }
  return jobs.start('sample', 'Draw the sample', async (job) => {
    try {
      return await draw(job)
    } catch (error) {
      for (const name of left) await rm(path.resolve(folder, name), { recursive: true, force: true })
      throw error
    }
  })
}
