import { projectDamaged } from './errors.ts'
import { type TableName, unsoundColumn } from './tables.ts'

/** The row, if all that was read of it is sound. @throws UserError `project-damaged`, which says where */
export function soundRow<Row extends object>(table: TableName, row: Row, file: string): Row {
  const column = unsoundColumn(table, row)
  if (column === undefined) return row
  const name = 'id' in row ? ` ${row.id}` : ''
  throw projectDamaged(file, { where: `${table}${name}: ${column}` })
}
