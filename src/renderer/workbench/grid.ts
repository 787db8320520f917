export const gap = 8
export const padding = 12
/** Height of the caption: the file's name and its labels. CSS pixels. */
export const captionHeight = 44

export interface GridLayout {
  columns: number
  rows: number
  tileWidth: number
  rowHeight: number
}

/** As many columns of about the wanted width as fit; leftover space widens them. Sizes in CSS pixels. */
export function gridLayout(width: number, wanted: number, count: number): GridLayout {
  const room = Math.max(1, width - 2 * padding)
  const columns = Math.max(1, Math.floor((room + gap) / (wanted + gap)))
  const tileWidth = Math.floor((room - (columns - 1) * gap) / columns)
  return {
    columns,
    rows: Math.ceil(count / columns),
    tileWidth,
    rowHeight: Math.round(tileWidth * 0.75) + captionHeight + gap,
  }
}

/** Approximate widths at 12 px: of a character, of an East Asian one or an emoji, of a label's dot and gaps, of “+3”. CSS pixels. */
const [character, wideCharacter, around, more] = [6.5, 12.5, 20, 26]
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/gu

/**
 * How many labels fit into a tile's caption, at least one. Computed beforehand: letting the browser truncate each of them costs more
 * than the rest of the tile.
 */
export function labelsThatFit(labels: readonly { name: string }[], tileWidth: number): number {
  let room = tileWidth - 16
  let count = 0
  for (const { name } of labels) {
    const wideOnes = name.match(wide)?.length ?? 0
    room -= name.length * character + wideOnes * (wideCharacter - character) + around
    if (room < (count + 1 < labels.length ? more : 0)) break
    count++
  }
  return Math.max(1, count)
}

/** Where a key moves the cursor, within the list. */
export function moveCursor(cursor: number, key: string, columns: number, count: number, page: number): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * page,
    PageDown: columns * page,
    Home: -cursor,
    End: count - 1 - cursor,
  }
  const step = steps[key]
  if (step === undefined || count === 0) return null
  const next = cursor + step
  if (next >= 0 && next < count) return next
  // Moves by a row or a page stop at the first or last image; a single step beyond it does nothing.
  return Math.abs(step) > 1 ? Math.min(count - 1, Math.max(0, next)) : cursor
}
