import { oneLine } from '../../base/visible.ts'

/** Formats rows as lines, with each column as wide as its widest cell. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  // Escaped before measuring, because that makes them wider.
  const shown = [head, ...rows].map((row) => row.map(oneLine))
  const widths = head.map((_, i) => Math.max(...shown.map((row) => row[i].length)))
  return shown.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('   ')
      .trimEnd(),
  )
}
