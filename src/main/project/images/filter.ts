import type { ImageStatus, LabelCondition, StoredFilter, StoredSort } from '../../domain/imageFilter.ts'
import { stateOf } from '../../domain/state.ts'
import type { Value } from '../database.ts'
import { foldText } from './path.ts'

export interface SqlCondition {
  sql: string
  values: Value[]
}

/** The filter as a condition over the table `image`. */
export function filterSql(filter: StoredFilter): SqlCondition {
  const conditions = [
    ...(filter.status ? [statusSql(filter.status)] : []),
    ...(filter.labels ?? []).map(labelSql),
    ...(filter.known ? [{ sql: knownSql[filter.known], values: [] }] : []),
    ...textSql(filter.text ?? ''),
    ...(filter.folder ? [folderSql(filter.folder)] : []),
    ...(filter.action ? [{ sql: touchedSql, values: [filter.action] }] : []),
  ]
  if (conditions.length === 0) return { sql: 'TRUE', values: [] }
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  }
}

export function sortSql({ by, descending }: StoredSort): string {
  const direction = descending ? 'DESC' : 'ASC'
  const column = { path: 'order_key', added: 'id', modified: 'mtime_ms', known: 'present_count + absent_count' }[by]
  return by === 'added' ? `id ${direction}` : `${column} ${direction}, id ${direction}`
}

function statusSql(status: readonly ImageStatus[]): SqlCondition {
  return { sql: `status IN (${status.map(() => '?').join(', ')})`, values: [...status] }
}

function labelSql({ labelId, is }: LabelCondition): SqlCondition {
  const known = 'SELECT image_id FROM label_state WHERE label_id = ?'
  if (is === 'known') return { sql: `id IN (${known})`, values: [labelId] }
  if (is === 'unknown') return { sql: `id NOT IN (${known})`, values: [labelId] }
  return { sql: `id IN (${known} AND state = ?)`, values: [labelId, stateOf(is)] }
}

const knownSql = {
  nothing: 'present_count + absent_count = 0',
  something: 'present_count + absent_count > 0',
  everything: 'present_count + absent_count >= (SELECT count(*) FROM label WHERE removed = 0)',
}

/** Checked for each image, as an import may have changed millions of pairs. */
const touchedSql = 'EXISTS (SELECT 1 FROM state_change WHERE action_id = ? AND image_id = image.id)'

function textSql(text: string): SqlCondition[] {
  const words = foldText(text).split(/\s+/).filter(Boolean)
  return words.map((word) => ({ sql: 'instr(search_text, ?) > 0', values: [word] }))
}

function folderSql(folder: string): SqlCondition {
  const name = folder.replace(/\/+$/, '')
  // '0' is the character after '/'. Unlike a LIKE pattern, a range can use an index, and no name can break it.
  return { sql: 'path >= ? AND path < ?', values: [`${name}/`, `${name}0`] }
}
