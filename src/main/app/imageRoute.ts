import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { asUserError, UserError } from '../base/errors.ts'
import { cachePath, isMade } from '../images/cacheFolder.ts'
import { absolutePath } from '../images/walk.ts'
import type { Image } from '../project/types.ts'
import type { Application } from './application.ts'
import { versionOf } from './imageRows.ts'
import type { Workspace } from './workspace.ts'

const route = /^\/images\/(thumbnail|full)\/(\d{1,15})$/

/**
 * Answers `/images/{thumbnail|full}/ID?v=VERSION`, in every shell. The id alone says which image: no path is in the URL, and
 * no file outside the project's images and its cache is ever sent.
 * @returns undefined if the URL is none of this route
 */
export async function answerImage(application: Application, request: Request): Promise<Response | undefined> {
  const url = new URL(request.url)
  const match = route.exec(url.pathname)
  if (!match) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD') return sentence(405, 'Images can only be read.')
  const { workspace } = application
  if (!workspace) return sentence(404, 'No project is open.')
  const image = workspace.project.images.get(Number(match[2]))
  if (!image) return sentence(404, 'There is no such image in this project.')
  if (image.status !== 'ok' || image.sha256 === null) {
    return sentence(410, image.problem?.message ?? 'This image can’t be shown.')
  }
  try {
    const { file, mediaType } = await fileOf(workspace, image, match[1] === 'thumbnail')
    const current = url.searchParams.get('v') === versionOf(image)
    return await send(request, file, mediaType, `"${match[1]}-${image.sha256}"`, current)
  } catch (error) {
    const known = asUserError(error)
    if (known instanceof UserError) return sentence(known.code === 'image-changed' ? 409 : 410, known.message)
    application.context.log.error(`Image ${image.id} could not be sent`, error)
    return sentence(500, 'Something went wrong in Surmise.')
  }
}

interface Found {
  file: string
  mediaType: string
}

async function fileOf({ context, project }: Workspace, image: Image, thumbnail: boolean): Promise<Found> {
  const { cacheFolder, imagesRoot } = project
  const sha256 = image.sha256!
  const source = { path: await below(imagesRoot, absolutePath(imagesRoot, image.path)), sha256, cacheFolder }
  if (!thumbnail) {
    const { path: file, mediaType } = await context.compute.run('render', source)
    return { file, mediaType }
  }
  // Scrolling asks for hundreds: those that are made already need not go through the compute process.
  const made = cachePath(cacheFolder, 'thumbnails', sha256, 'webp')
  const file = (await isMade(made)) ? made : await context.compute.run('thumbnail', source)
  return { file, mediaType: 'image/webp' }
}

/** A folder may have been replaced by a link since the scan. @throws UserError `image-outside` */
async function below(root: string, file: string): Promise<string> {
  const [realRoot, realFile] = [await realpath(root), await realpath(file)]
  const way = path.relative(realRoot, realFile)
  if (way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)) return realFile
  throw new UserError('image-outside', 'This image lies outside the project’s folder.', 'Scan the folder again.')
}

async function send(
  request: Request,
  file: string,
  mediaType: string,
  etag: string,
  current: boolean,
): Promise<Response> {
  const headers = {
    'Content-Type': mediaType,
    ETag: etag,
    // The version is part of the URL, so what it names never changes.
    'Cache-Control': current ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    // An image opened by itself is a document: it may do nothing.
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  }
  if (request.headers.get('If-None-Match') === etag) return new Response(null, { status: 304, headers })
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const sized = { ...headers, 'Content-Length': String(size) }
    if (request.method === 'HEAD') {
      await handle.close()
      return new Response(null, { headers: sized })
    }
    return new Response(Readable.toWeb(handle.createReadStream()) as ReadableStream, { headers: sized })
  } catch (error) {
    await handle.close()
    throw error
  }
}

function sentence(status: number, text: string): Response {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }
  return new Response(`${text}\n`, { status, headers })
}
