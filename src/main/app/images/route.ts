import { open, readFile } from 'node:fs/promises'
import { asUserError, UserError } from '../../base/errors.ts'
import { fileStream } from '../../base/fileStream.ts'
import { realPlaceBelow } from '../../base/places.ts'
import { isComputeLost } from '../../compute/client.ts'
import type { Image } from '../../project/types.ts'
import type { Application } from '../application.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { versionOf } from './rows.ts'
import { cachedThumbnail } from './thumbnails.ts'

const route = /^\/images\/(thumbnail|full)\/(\d{1,15})$/

/**
 * Answers `/images/{thumbnail|full}/ID?v=VERSION`, in every shell. URLs contain only ids, never paths, and no file outside the
 * project's images and cache is ever sent.
 * @returns undefined for any other URL
 */
export async function answerImage(application: Application, request: Request): Promise<Response | undefined> {
  const url = new URL(request.url)
  const match = route.exec(url.pathname)
  if (!match) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') return sentence(405, 'Images are read-only.')
  const { workspace } = application
  const image = workspace?.project.images.get(Number(match[2]))
  if (!workspace || !image)
    return nothingThere(request, workspace ? 'There is no such image in this project.' : 'No project is open.')
  if (image.status !== 'ok' || image.sha256 === null) {
    return sentence(410, image.problem?.message ?? 'This image can’t be shown.')
  }
  try {
    const current = url.searchParams.get('v') === versionOf(image)
    const headers = headersOf(`"${match[1]}-${image.sha256}"`, current)
    if (match[1] === 'full') {
      const source = await sourceOf(workspace, image)
      const { path: made, mediaType } = await retryIfLost(() => workspace.context.compute.run('render', source))
      // The cache may come with a stranger's project, and contain links.
      const file = made === source.path ? made : await realPlaceBelow(source.cacheFolder, made)
      return await sendFile(request, file, { ...headers, 'Content-Type': mediaType })
    }
    return await sendThumbnail(request, workspace, image, { ...headers, 'Content-Type': 'image/webp' })
  } catch (error) {
    const known = asUserError(error)
    if (known instanceof UserError) return sentence(known.code === 'image-changed' ? 409 : 410, known.message)
    application.context.log.error(`Image ${image.id} could not be sent`, error)
    return sentence(500, 'Something went wrong in Surmise.')
  }
}

/**
 * Requests that a page sent just before its project was closed get an empty answer: nobody is waiting for those pictures, and an
 * error would only litter the browser's console. Opening the address itself shows the reason.
 */
function nothingThere(request: Request, why: string): Response {
  if (request.headers.get('Sec-Fetch-Dest') === 'image') return new Response(null, { status: 204, headers: notKept })
  return sentence(404, why)
}

async function sourceOf(workspace: ReadableWorkspace, image: Image) {
  const { cacheFolder } = workspace.project
  return { path: await workspace.placeOf(image), sha256: image.sha256!, cacheFolder }
}

/** A cached thumbnail is sent without involving the compute process or the image file. */
async function sendThumbnail(
  request: Request,
  workspace: ReadableWorkspace,
  image: Image,
  headers: Headers,
): Promise<Response> {
  if (isUnchanged(request, headers)) return new Response(null, { status: 304, headers })
  let bytes = await cachedThumbnail(workspace, image.sha256!)
  if (!bytes) {
    const source = await sourceOf(workspace, image)
    const file = await retryIfLost(() => workspace.context.compute.run('thumbnail', source))
    bytes = await readFile(await realPlaceBelow(workspace.project.cacheFolder, file))
  }
  const sized = { ...headers, 'Content-Length': String(bytes.length) }
  return new Response(request.method === 'HEAD' ? null : bytes, { headers: sized })
}

/** Tries again once if the compute process died, since something else may have crashed it. An image that crashes it does so twice. */
function retryIfLost<Result>(make: () => Promise<Result>): Promise<Result> {
  return make().catch((error) => {
    if (isComputeLost(error)) return make()
    throw error
  })
}

type Headers = Record<string, string>

function headersOf(etag: string, current: boolean): Headers {
  return {
    ETag: etag,
    // The version is part of the URL, so the content behind it never changes.
    'Cache-Control': current ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // An image opened in a tab of its own is a document, and may run nothing.
    'Content-Security-Policy': "default-src 'none'; sandbox",
  }
}

function isUnchanged(request: Request, { ETag }: Headers): boolean {
  return request.headers.get('If-None-Match') === ETag
}

async function sendFile(request: Request, file: string, headers: Headers): Promise<Response> {
  if (isUnchanged(request, headers)) return new Response(null, { status: 304, headers })
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const sized = { ...headers, 'Content-Length': String(size) }
    if (request.method === 'HEAD') {
      await handle.close()
      return new Response(null, { headers: sized })
    }
    return new Response(fileStream(handle), { headers: sized })
  } catch (error) {
    await handle.close()
    throw error
  }
}

const notKept = { 'Cache-Control': 'no-store' }

function sentence(status: number, text: string): Response {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', ...notKept }
  return new Response(`${text}\n`, { status, headers })
}
