import { imageUrl } from '../../contract/contract.ts'
import type { ImageRow, ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { labelByLabel } from '../labelByLabel/state.ts'
import { joinPath } from '../project/paths.ts'
import { texts } from '../texts/index.ts'
import { currentIds, keys, queryClient } from './queries.ts'
import { notify, notifyError, ui } from './ui.ts'

const words = texts.imageFile

/** The open image, or the one under the keyboard. */
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

/** Puts the image itself on the clipboard, upright, as other programs paste it. */
export async function copyImage(id: number): Promise<void> {
  const picture = pictureOf(id)
  const png = picture.then(({ png }) => png)
  // Said below, wherever it comes to light first.
  png.catch(() => undefined)
  try {
    // At once, with what is still to come: a browser allows it only shortly after a key or a click.
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

/** Why an image is not shown, as the program says it; '' if it is now. */
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

/** More lines than this are no text to paste. */
const mostPaths = 10_000

/** Puts the path of the image on the clipboard; in the grid those of all that are selected, one a line. */
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

/** Shows the file in the file manager of the machine that the program runs on. */
export function revealImage(id: number): void {
  client.images.reveal({ id }).catch(notifyError)
}
