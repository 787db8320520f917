import { readFile, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { tableFromIPC } from '@uwdata/flechette'
import { asUserError, cancelled, shortened, UserError } from '../../base/errors.ts'
import { checkArrow } from './arrow/checkArrow.ts'
import { utf8Of } from './encoding.ts'
import { beginningOf } from './glimpse.ts'
import { readJson } from './jsonReader.ts'
import { parseJsonText } from './jsonText.ts'
import { isObject, type JsonObject, listOf } from './jsonValues.ts'
import { readParquet } from './parquet/readParquet.ts'
import { plain } from './plainValues.ts'

/** How a table is read, one object for each row, whatever the file. */
export interface RowsOptions {
  signal?: AbortSignal
  /** @param share of the file, 0 … 1 */
  onProgress?: (share: number) => void
  /** Told before the first row, where the file has names for its numbers. */
  onClasses?: (classes: ClassNames) => void
}

/** What a file says of its columns: the names that numbers in them stand for. */
export type ClassNames = ReadonlyMap<string, readonly string[]>

const rowsAtOnce = 1000
/** A column of numbers or names of a file that is read whole. */
const largestArrow = 1024 * 1024 * 1024

/**
 * Tells of every row of JSON (a list of objects, or an object of columns), JSON Lines, Parquet or Arrow, by what the file
 * begins with.
 * @throws UserError `not-json`, `not-table`, `file-too-large`, `cancelled`, and those of the file system
 */
export async function readRows(file: string, options: RowsOptions, visit: (row: JsonObject) => void): Promise<void> {
  const { head } = await beginningOf(file).catch((error) => {
    throw asUserError(error)
  })
  if (head.startsWith('PAR1')) {
    const onFacts = (text: string | undefined) => options.onClasses?.(classesOf(text))
    return readParquet(file, { ...options, onFacts }, visit).catch((error) => {
      throw notTable(error, file, 'Parquet')
    })
  }
  if (/\.(arrow|feather)$/i.test(file)) return readArrow(file, options, visit)
  if (isLines(head, file)) await readLines(file, options, visit)
  else await readTable(file, options, visit)
}

/** Whether this is one object a line: by what the file is called, or by its first two lines. */
export function isLines(head: string, name: string): boolean {
  return /\.(jsonl|ndjson|manifest)$/i.test(name) || /^\s*\{[^\n]*\}\s*\n\s*\{/.test(head)
}

async function readLines(file: string, { signal, onProgress }: RowsOptions, visit: (row: JsonObject) => void) {
  try {
    const { size } = await stat(file)
    let [line, done] = [0, 0]
    const count = (bytes: number) => {
      done += bytes
    }
    const input = Readable.from(utf8Of(file, count))
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++
      if (line % 1000 === 0) {
        if (signal?.aborted) throw cancelled('The import')
        onProgress?.(size === 0 ? 1 : Math.min(1, done / size))
      }
      const clean = text.replace(/^\ufeff/, '')
      if (clean.trim() === '') continue
      const row = lineOf(clean)
      if (!isObject(row)) {
        const message = `The file isn’t JSON Lines (line ${line}: ${shortened(clean, 60)}): ${file}`
        throw new UserError('not-json', message, 'Each line has to be one object in braces.')
      }
      visit(row)
    }
  } catch (error) {
    throw asUserError(error)
  }
}

function lineOf(text: string): unknown {
  try {
    return parseJsonText(text)
  } catch {
    return undefined
  }
}

/** A list of objects; or what pandas makes of a table: columns, an index, rows apart from their columns. */
async function readTable(file: string, options: RowsOptions, visit: (row: JsonObject) => void): Promise<void> {
  const members = new Map<string, unknown>()
  await readJson(
    file,
    (_path, value, isElement, key) => {
      if (!isElement) members.set(key, value)
      else if (isObject(value)) visit(value)
    },
    { ...options, streamed: [''] },
  )
  const data = members.get('data')
  const columns = members.get('columns')
  if (Array.isArray(columns) && Array.isArray(data)) {
    for (const row of data) {
      visit(Object.fromEntries(listOf(row).map((value, place) => [`${columns[place] ?? place}`, value])))
    }
  } else if (Array.isArray(data) && data.every(isObject)) for (const row of data) visit(row)
  else for (const row of rowsOf(members)) visit(row)
}

function* rowsOf(members: ReadonlyMap<string, unknown>): Generator<JsonObject> {
  const values = [...members.values()]
  const lists = values.filter(Array.isArray)
  // {"image": ["a.jpg", …], "labels": […]}
  if (lists.length > 1 && lists.length === values.length && lists.every(({ length }) => length === lists[0].length)) {
    for (let at = 0; at < lists[0].length; at++) {
      yield Object.fromEntries([...members].map(([name, column]) => [name, (column as unknown[])[at]]))
    }
    return
  }
  // One list of objects among other facts: {"version": 1, "images": [{…}]}
  const ofObjects = lists.filter((list) => list.length > 0 && list.every(isObject))
  if (ofObjects.length === 1) {
    yield* ofObjects[0]
    return
  }
  if (values.length === 0 || !values.every(isObject)) return
  const [first, ...others] = values.map((value) => Object.keys(value))
  // {"image": {"0": "a.jpg"}, "labels": {"0": […]}}; or by row: {"0": {"image": "a.jpg", …}}
  const isByColumn = first.every((key) => /^\d+$/.test(key)) && others.every((keys) => keys.join() === first.join())
  if (isByColumn && !Object.keys(Object.fromEntries(members)).every((key) => /^\d+$/.test(key))) {
    for (const key of first)
      yield Object.fromEntries([...members].map(([name, cells]) => [name, (cells as JsonObject)[key]]))
  } else for (const value of values) yield value
}

async function readArrow(file: string, options: RowsOptions, visit: (row: JsonObject) => void): Promise<void> {
  try {
    if ((await stat(file)).size > largestArrow) {
      throw new UserError(
        'file-too-large',
        `The file is too large to be read: ${file}`,
        'Save it as Parquet: to_parquet.',
      )
    }
    const bytes = await readFile(file)
    checkArrow(bytes)
    const table = tableFromIPC(bytes, { useProxy: false })
    options.onClasses?.(classesOf(table.schema.metadata?.get('huggingface')))
    for (let row = 0; row < table.numRows; row++) {
      if (row % rowsAtOnce === 0) {
        if (options.signal?.aborted) throw cancelled('The import')
        options.onProgress?.(row / table.numRows)
      }
      visit(plain(table.get(row)) as JsonObject)
    }
  } catch (error) {
    throw notTable(error, file, 'Arrow')
  }
}

function notTable(error: unknown, file: string, kind: string): unknown {
  const known = asUserError(error)
  if (known instanceof UserError || !(error instanceof Error)) return known
  return new UserError(
    'not-table',
    `The file can’t be read as ${kind}: ${file}`,
    `${shortened(error.message.split('\n')[0], 200)}. Save it as CSV or JSON Lines instead.`,
  )
}

function classesOf(facts: string | undefined): ClassNames {
  return classNamesIn(facts === undefined ? undefined : lineOf(facts))
}

/** Of the features that Hugging Face's datasets write into a file, or beside it: {"info": {"features": …}}. */
export function classNamesIn(facts: unknown): ClassNames {
  const found = new Map<string, string[]>()
  const info = isObject(facts) && isObject(facts.info) ? facts.info : facts
  const features = isObject(info) && isObject(info.features) ? info.features : {}
  for (const [column, feature] of Object.entries(features)) {
    let inner: unknown = feature
    for (let depth = 0; depth < 4 && inner !== undefined; depth++) {
      if (Array.isArray(inner)) [inner] = inner
      if (!isObject(inner)) break
      if (inner._type === 'ClassLabel') {
        found.set(column, listOf(inner.names).map(String))
        break
      }
      inner = inner.feature
    }
  }
  return found
}
