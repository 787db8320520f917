import path from 'node:path'
import type { Job } from '../../images/job.ts'
import type { ManifestEntry, RemoteFile } from '../list/manifest.ts'
import { atMirror } from './address.ts'
import { type DownloadInput, type DownloadProgress, download } from './download.ts'
import { fetchedFolderIn, placeOf, readReceipt, rememberedHash, rememberHash, writeReceipt } from './fetched.ts'

export { fetchedFolderIn }

export interface FetchInput {
  entry: ManifestEntry
  /** The folder of all downloads, absolute. */
  folder: string
  /** '' for none. */
  mirror: string
  /** '' for the environment's. */
  proxy: string
  /** Whether to fetch the text encoder too. */
  withText?: boolean
  /** Whether to accept a file whose hash differs from its first download. */
  acceptNew?: boolean
  /** Inspects a model before it gets its final name. */
  lookThrough: (file: string) => Promise<void>
  /** For tests: timeouts and retries. */
  patience?: Pick<DownloadInput, 'stall' | 'pauses'>
}

export interface Fetched {
  /** The model’s. */
  file: string
  bytes: number
  /** Whether its hash was known before and matches. */
  checked: boolean
}

/**
 * Fetches the missing files of a backbone.
 * @throws UserError as `download`
 */
export async function fetchBackbone(input: FetchInput, job: Job<DownloadProgress> = {}): Promise<Fetched> {
  const { entry, folder, withText } = input
  const file = placeOf(entry, folder)
  const model = entry.model && (await fetchFile(input, entry.model, file, job))
  for (const { as, ...remote } of withText ? (entry.textEncoder?.files ?? []) : []) {
    await fetchFile(input, remote, path.join(path.dirname(file), as), job)
  }
  return { file, bytes: model?.bytes ?? 0, checked: model?.checked ?? true }
}

async function fetchFile(
  { folder, mirror, proxy, acceptNew, lookThrough, patience }: FetchInput,
  remote: RemoteFile,
  target: string,
  job: Job<DownloadProgress>,
): Promise<{ bytes: number; checked: boolean }> {
  const known = remote.sha256 ?? (acceptNew ? null : rememberedHash(folder, remote.url))
  const there = await readReceipt(target)
  if (there && there.url === remote.url && !acceptNew) return { bytes: there.bytes, checked: known === there.sha256 }
  const url = atMirror(remote.url, mirror)
  const check = target.endsWith('.onnx') ? lookThrough : undefined
  const { bytes, sha256 } = await download(
    { url, target, bytes: remote.bytes, sha256: known, proxy, check, ...patience },
    job,
  )
  await rememberHash(folder, remote.url, sha256)
  await writeReceipt(target, { url: remote.url, bytes, sha256, at: Date.now() })
  return { bytes, checked: known !== null }
}
