/** Neighbours on both sides, and one more in the direction of travel. */
const most = 4

/** Kept here, because browsers may drop pictures that nothing on the page shows. */
const kept = new Map<string, HTMLImageElement>()

/** Fetches and decodes a picture ahead of time. The oldest ones are released. */
export function preload(url: string): void {
  const picture = kept.get(url) ?? new Image()
  kept.delete(url)
  kept.set(url, picture)
  if (!picture.src) {
    picture.src = url
    // An error is reported where the image is shown.
    void picture.decode().catch(() => undefined)
  }
  for (const [old, dropped] of kept) {
    if (kept.size <= most) break
    kept.delete(old)
    // It was already passed: the connection is for what comes next.
    if (!dropped.complete) dropped.removeAttribute('src')
  }
}

/** Whether it is ready to be shown. */
export const isPreloaded = (url: string): boolean => (kept.get(url)?.naturalWidth ?? 0) > 0
