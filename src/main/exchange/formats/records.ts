import type { Collected } from '../read/collected.ts'
import { isObject, type JsonObject, listOf } from '../read/jsonValues.ts'
import { partialJson } from '../read/partialJson.ts'
import { isLines, readRows } from '../read/rows.ts'
import { type Evidence, type Format, type Glimpse, likely, perhaps, type ReadOptions } from './format.ts'
import { columnsOf } from './rows/columns.ts'
import { manifestRow } from './rows/manifests.ts'
import { RowReader, rowSettings } from './rows/rowReader.ts'

/** Tables that aren't CSV, whoever wrote them: one entry an image, with its labels. */
export const records: Format = {
  id: 'records',
  title: 'Table as JSON, JSON Lines, Parquet or Arrow',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'One entry per image with a column of labels, or one column per label. If nothing says absent, you’re asked about the rest.',
  checked: 'files that pandas and Hugging Face’s datasets wrote',
  extensions: ['.json', '.jsonl', '.ndjson', '.manifest', '.parquet', '.arrow'],
  reads: 'file',
  settings: rowSettings,
  recognises,
  read: readRecords,
}

function recognises({ isFolder, name, head, json }: Glimpse): Evidence | undefined {
  if (isFolder) return undefined
  if (head.startsWith('PAR1')) return { score: likely, because: 'it is a Parquet table' }
  if (/\.arrow$/.test(name)) return { score: likely, because: 'it is an Arrow table' }
  const inLines = isLines(head, name)
  const first = (inLines ? linesIn(head) : rowsIn(json)).map(manifestRow)
  const known = new Map(first.flatMap((one) => one.labels.map((label) => [label, []])))
  const rows = first.map(({ row }) => row)
  const columns = rows.length > 0 ? columnsOf(rows, known) : undefined
  if (!columns || columns.labels.length + columns.wide.length === 0) return undefined
  const what = inLines ? 'lines' : 'entries'
  const labels = columns.labels[0] ?? columns.wide.slice(0, 3).join(', ')
  return {
    score: rows.length > 1 || inLines || Array.isArray(json) ? likely : perhaps,
    because: `its ${what} have images in “${columns.image}” and labels in “${labels}”`,
  }
}

function linesIn(head: string): JsonObject[] {
  return head.split('\n').slice(0, 20).map(partialJson).filter(isObject)
}

/** What the beginning of a file says of the first rows. */
function rowsIn(json: unknown): JsonObject[] {
  if (Array.isArray(json)) return json.filter(isObject).slice(0, 20)
  if (!isObject(json)) return []
  const { columns, data } = json
  if (Array.isArray(columns) && Array.isArray(data)) {
    return data.slice(0, 20).map((row) => Object.fromEntries(listOf(row).map((one, at) => [`${columns[at]}`, one])))
  }
  const values = Object.values(json)
  if (values.length > 1 && values.every((one) => isObject(one) || Array.isArray(one))) {
    const cells = values.map((one) => Object.values(one as object))
    const byColumn = cells[0].slice(0, 20).map((_, at) => {
      return Object.fromEntries(Object.keys(json).map((name, column) => [name, cells[column][at]]))
    })
    if (columnsOf(byColumn, new Map())) return byColumn
    return values.filter(isObject).slice(0, 20)
  }
  const lists = values.filter((one): one is unknown[] => Array.isArray(one) && one.every(isObject))
  return lists.length === 1 ? (lists[0] as JsonObject[]).slice(0, 20) : [json]
}

/** @throws UserError of `readRows` and of `RowReader` */
async function readRecords(file: string, options: ReadOptions): Promise<Collected> {
  const reader = new RowReader(file, options.settings)
  await readRows(file, { ...options, onClasses: (classes) => reader.know(classes) }, (row) => reader.add(row))
  return reader.finish()
}
