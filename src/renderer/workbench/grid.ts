export const gap = 8
export const padding = 12
/** Under the picture: the file's name and its labels. */
export const captionHeight = 44

export interface GridLayout {
  columns: number
  rows: number
  tileWidth: number
  rowHeight: number
}

/** As many columns of about the wanted width as fit; what is left over widens them. Sizes in CSS pixels. */
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

/** Of 12 pixel text, about; of one of East Asia, or a picture; the dot and the gaps of a label; and what tells of more. CSS pixels. */
const [character, wideCharacter, around, more] = [6.5, 12.5, 20, 26]
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/gu

/**
 * How many labels have room in the caption of a tile, at least one: told beforehand, since to have the browser cut each of them
 * off costs more than all else of a tile.
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

/** Where a key takes the cursor; stays within the list. */
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
  // At the last row, down goes to the last image; at the edges nothing moves.
  return Math.abs(step) > 1 ? Math.min(count - 1, Math.max(0, next)) : cursor
}
