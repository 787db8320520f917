import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { fileStream } from '../../base/fileStream.ts'
import { pages as texts } from '../texts.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Sends a file of the built renderer. With all links resolved, it must lie within the folder, and be of a kind that a build makes.
 */
export async function answerStatic(folder: string, request: Request): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, texts.readOnly)
  const { pathname } = new URL(request.url)
  const file = await fileBelow(folder, pathname === '/' ? '/index.html' : pathname)
  const type = file && types[path.extname(file).toLowerCase()]
  if (!file || !type) return plain(404, texts.nothingHere)
  const isHead = request.method === 'HEAD'
  // Streamed as it is read, so that requests nobody reads take up no memory.
  const handle = await open(file, 'r')
  const { size } = await handle.stat()
  if (isHead) await handle.close()
  const headers = {
    'Content-Type': type,
    'Content-Length': String(size),
    // The names of built files contain a hash of their content; only the page itself has a fixed name.
    'Cache-Control': pathname.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
  }
  return new Response(isHead ? null : fileStream(handle), { headers })
}

async function fileBelow(folder: string, pathname: string): Promise<string | undefined> {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined
  try {
    const root = await realpath(folder)
    const file = await realpath(path.join(root, decoded))
    const way = path.relative(root, file)
    return way === '' || way === '..' || way.startsWith(`..${path.sep}`) || path.isAbsolute(way) ? undefined : file
  } catch {
    return undefined
  }
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}
