import { projectDamaged } from './errors.ts'
import { type TableName, unsoundColumn } from './tables.ts'

/** The row, if all its values are valid. @throws UserError `project-damaged`, which says where */
export function soundRow<Row extends object>(table: TableName, row: Row, file: string): Row {
  const column = unsoundColumn(table, row)
  if (column === undefined) return row
  const name = 'id' in row ? ` ${row.id}` : ''
  throw projectDamaged(file, { where: `${table}${name}: ${column}` })
}
