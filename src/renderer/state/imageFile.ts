import { imageUrl } from '../../contract/contract.ts'
import type { ImageRow, ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { labelByLabel } from '../labelByLabel/state.ts'
import { joinPath } from '../project/paths.ts'
import { texts } from '../texts/index.ts'
import { currentIds, keys, queryClient } from './queries.ts'
import { notify, notifyError, ui } from './ui.ts'

const words = texts.imageFile

/** The open image, or the one under the cursor. */
export function imageAtHand(): number | null {
  const { screen, cursor } = ui.get()
  switch (screen.kind) {
    case 'image':
      return screen.imageId
    case 'model':
      return null
    case 'labelByLabel': {
      const { list, start, cursor: place } = labelByLabel.get()
      return list?.ids[start + place] ?? null
    }
    case 'grid': {
      const ids = currentIds()
      return ids[Math.min(cursor, ids.length - 1)] ?? null
    }
  }
}

async function rowOf(id: number): Promise<ImageRow | undefined> {
  return (await client.images.rows({ ids: [id] }))[0]
}

class Unreadable extends Error {}

/** Copies the image itself to the clipboard, upright, so that other programs can paste it. */
export async function copyImage(id: number): Promise<void> {
  const picture = pictureOf(id)
  const png = picture.then(({ png }) => png)
  // Reported below, wherever it surfaces first.
  png.catch(() => undefined)
  try {
    // Called at once, with a promise of the data: browsers allow it only shortly after a key or a click.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
    notify('info', { message: words.copied((await picture).path) })
  } catch {
    const problem = await picture.then(
      () => null,
      (error: unknown) => error,
    )
    if (problem instanceof Unreadable) notify('warning', { message: words.unreadable, hint: words.unreadableHint })
    else notify('warning', { message: words.refused, hint: words.refusedHint })
  }
}

/** The server's reason why an image isn't shown; '' if it can be shown now. */
export async function whyUnseen(image: { id: number; version: string }): Promise<string> {
  const answer = await fetch(imageUrl('', 'full', image))
  return answer.ok ? '' : (await answer.text()).trim()
}

async function pictureOf(id: number): Promise<{ path: string; png: Blob }> {
  const row = await rowOf(id)
  if (row?.status !== 'ok') throw new Unreadable()
  const response = await fetch(imageUrl('', 'full', row))
  if (!response.ok) throw new Unreadable()
  const bitmap = await createImageBitmap(await response.blob())
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  return { path: row.path, png: await canvas.convertToBlob({ type: 'image/png' }) }
}

/** Nobody pastes more lines than this. */
const mostPaths = 10_000

/** Copies the path of the image to the clipboard; in the grid, the paths of all selected images, one per line. */
export async function copyPath(id: number): Promise<void> {
  const root = queryClient.getQueryData<ProjectSummary | null>(keys.project)?.imagesRoot
  if (root === undefined) return
  const { screen, selection } = ui.get()
  const ids = screen.kind !== 'image' && selection.size > 0 ? [...selection].slice(0, mostPaths) : [id]
  try {
    const rows: ImageRow[] = []
    for (let at = 0; at < ids.length; at += 500) {
      rows.push(...(await client.images.rows({ ids: ids.slice(at, at + 500) })))
    }
    const paths = rows.map(({ path }) => path.split('/').reduce(joinPath, root))
    await navigator.clipboard.writeText(paths.join('\n'))
    notify('info', { message: words.pathsCopied(paths.length), hint: paths.length === 1 ? paths[0] : undefined })
  } catch {
    notify('warning', { message: words.pathRefused, hint: words.pathRefusedHint })
  }
}

/** Shows the file in the file manager, on the machine that the program runs on. */
export function revealImage(id: number): void {
  client.images.reveal({ id }).catch(notifyError)
}
