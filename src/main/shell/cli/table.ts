import { oneLine } from '../../base/visible.ts'

/** Rows as lines of columns, each as wide as its widest cell. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  // As they will be shown: what is made visible is wider.
  const shown = [head, ...rows].map((row) => row.map(oneLine))
  const widths = head.map((_, i) => Math.max(...shown.map((row) => row[i].length)))
  return shown.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('   ')
      .trimEnd(),
  )
}
