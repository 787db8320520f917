/** A row of a table: a line break or a bar within a cell would end it. */
function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')).join(' | ')} |`
}

export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [tableRow(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(tableRow)].join('\n')
}
