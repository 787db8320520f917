import { type Fetched, fetchBackbone, fetchedFolderIn } from '../../backbone/download/fetch.ts'
import { removeFetched } from '../../backbone/download/fetched.ts'
import { knownBackbone } from '../../backbone/list/manifest.ts'
import { UserError } from '../../base/errors.ts'
import type { AppContext } from '../context.ts'
import type { StartedJob } from '../jobs.ts'

export interface FetchOptions {
  name: string
  /** '' for none. */
  mirror: string
  /** '' for the environment's proxy settings. */
  proxy: string
  /** Also fetches the text encoder. */
  withText?: boolean
  /** Accepts a file whose hash differs from that of its first download. */
  acceptNew?: boolean
}

export interface FetchedBackbone extends Fetched {
  name: string
}

/**
 * Downloads a backbone, only ever at a person's request. Nothing about images, labels or the machine is sent.
 * @throws UserError `backbone-unknown`, `backbone-built-in`, `download-under-way`
 */
export function startFetch(context: AppContext, { name, ...options }: FetchOptions): StartedJob<FetchedBackbone> {
  const entry = knownBackbone(name)
  if (entry.builtIn) {
    throw new UserError('backbone-built-in', `“${name}” is part of Surmise.`, 'There’s nothing to download.')
  }
  if (context.jobs.running('fetch')) {
    throw new UserError(
      'download-under-way',
      'A backbone is already being downloaded.',
      'Wait until it is done, or cancel it.',
    )
  }
  return context.jobs.start('fetch', `Download ${entry.title}`, async (job) => {
    const lookThrough = (file: string) => {
      job.update({ phase: `Checking ${entry.title}`, secondsLeft: null })
      return context.compute.run('lookThrough', { file }, { signal: job.signal })
    }
    job.update({ phase: `Requesting ${entry.title}` })
    const fetched = await fetchBackbone(
      { ...options, entry, folder: fetchedFolderIn(context.configFolder), lookThrough },
      {
        signal: job.signal,
        progress: ({ done, total, secondsLeft }) =>
          job.update({
            phase: `${entry.title}: ${megabytes(done)}${total === undefined ? '' : ` of ${megabytes(total)}`}`,
            fraction: total === undefined ? null : done / total,
            secondsLeft: secondsLeft ?? null,
          }),
      },
    )
    const checksum = fetched.checked ? 'checksum verified' : 'checksum recorded'
    return {
      result: { name, ...fetched },
      outcome: `Downloaded ${entry.title}, ${megabytes(fetched.bytes)}: ${checksum}.`,
    }
  })
}

/** @throws UserError `backbone-unknown`, `backbone-built-in`, `download-under-way` */
export async function removeBackbone(context: AppContext, name: string): Promise<void> {
  const entry = knownBackbone(name)
  if (context.jobs.running('fetch')) {
    throw new UserError('download-under-way', 'A backbone is being downloaded.', 'Wait until it is done, or cancel it.')
  }
  await removeFetched(entry, fetchedFolderIn(context.configFolder))
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
