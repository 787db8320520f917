import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { cancelled, UserError } from '../../base/errors.ts'
import { isComputeLost } from '../../compute/client.ts'
import type { ScanProgress } from '../../images/scan.ts'
import type { ScanChanges } from '../../project/images/scan.ts'
import type { JobControl, StartedJob } from '../jobs.ts'
import { counted, kindsText } from '../words.ts'
import type { Workspace } from '../workspace.ts'

export interface ScanSummary {
  found: number
  added: number
  changed: number
  moved: number
  missing: number
  broken: number
  /** Number of files that aren't read, by kind: an extension, or “link”. */
  passedOver: Record<string, number>
}

/** Scans the image folder. New images can be used while the rest is still being read. */
export function startScan(workspace: Workspace): StartedJob<ScanSummary> {
  const { context } = workspace
  workspace.requireWritable()
  const root = workspace.requireImages()
  if (!workspace.imagesRootFound) {
    throw new UserError('images-folder-missing', `There is no image folder at ${root}.`, 'Relocate the image folder.')
  }
  return context.jobs.start('scan', 'Scan images', async (job) => {
    const summary = await scanOnce(workspace, job).catch((error) => {
      // Some image may have crashed a library. What was read is kept, so trying again costs little.
      if (!isComputeLost(error)) throw error
      return scanOnce(workspace, job)
    })
    return { result: summary, outcome: outcomeOf(summary) }
  })
}

async function scanOnce(workspace: Workspace, job: JobControl): Promise<ScanSummary> {
  const { context, project } = workspace
  let added = 0
  let applying: Promise<void> = Promise.resolve()
  const apply = (changes: ScanChanges) => {
    applying = applying.then(() => applyWhenFree(() => project.images.applyScan(changes), job.signal))
    // The next await of `applying` throws it.
    applying.catch(() => undefined)
  }
  const result = await context.compute.run(
    'scan',
    { root: workspace.requireImages(), known: [...project.images.known()], cacheFolder: project.cacheFolder },
    {
      signal: job.signal,
      onProgress: (report) => {
        added += report.added.length
        if (report.added.length > 0) apply({ added: report.added })
        job.update(progressOf(report))
      },
    },
  )
  await applying
  apply({ moved: result.moved, changed: result.changed, added: result.added, missing: result.missing })
  await applying
  if (!result.complete) throw cancelled('Scanning images')
  const passedOver = { ...result.otherKinds, ...(result.links > 0 && { link: result.links }) }
  if (!isDeepStrictEqual(passedOver, project.settings.get('passedOver'))) {
    await applyWhenFree(() => project.settings.set({ passedOver }), job.signal)
  }
  return {
    found: result.found,
    added: added + result.added.length,
    changed: result.changed.length,
    moved: result.moved.length,
    missing: result.missing.length,
    broken: project.images.counts().broken,
    passedOver,
  }
}

function progressOf({ phase, found, done, total, secondsLeft }: ScanProgress) {
  if (phase === 'finding') return { phase: `Finding images: ${found}`, fraction: null, secondsLeft: null }
  return {
    phase: `Reading images: ${done} of ${total}`,
    fraction: total > 0 ? done / total : 1,
    secondsLeft: secondsLeft ?? null,
  }
}

/** Writes as soon as no large change, such as an import, holds the project. */
export async function applyWhenFree<Result>(write: () => Result, signal?: AbortSignal): Promise<Result> {
  for (;;) {
    try {
      return write()
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'project-busy' || signal?.aborted) throw error
      await wait(50)
    }
  }
}

function outcomeOf({ found, added, changed, moved, missing, broken, passedOver }: ScanSummary): string {
  const parts = [
    [added, 'new'],
    [changed, 'changed'],
    [moved, 'moved'],
    [missing, 'missing'],
    [broken, 'can’t be read'],
  ] as const
  const kinds = kindsText(passedOver)
  const counts = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return `${counted(found, 'image')} found${counts.length > 0 ? `: ${counts.join(', ')}` : ', nothing new'}.${kinds === '' ? '' : ` Not read: ${kinds}.`}`
}
