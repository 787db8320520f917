/** Neighbours on both sides, and one more of the way somebody goes. */
const most = 4

/** Kept here, or the browser would be free to drop what nothing on the page shows. */
const kept = new Map<string, HTMLImageElement>()

/** Fetches and decodes a picture before it is asked for. Those that were asked for long ago are let go of. */
export function preload(url: string): void {
  const picture = kept.get(url) ?? new Image()
  kept.delete(url)
  kept.set(url, picture)
  if (!picture.src) {
    picture.src = url
    // One that can't be shown says so where it is shown.
    void picture.decode().catch(() => undefined)
  }
  for (const [old, dropped] of kept) {
    if (kept.size <= most) break
    kept.delete(old)
    // Somebody who goes fast has left it behind: the line is for what comes.
    if (!dropped.complete) dropped.removeAttribute('src')
  }
}

/** Whether it can be shown at once. */
export const isPreloaded = (url: string): boolean => (kept.get(url)?.naturalWidth ?? 0) > 0
