import { open } from 'node:fs/promises'
import path from 'node:path'
import { asUserError, shortened, UserError } from '../../../base/errors.ts'
import { readCsvRecords } from '../../read/csvRecords.ts'
import { decodedHead } from '../../read/encoding.ts'
import { readJson } from '../../read/jsonReader.ts'
import { isObject, type JsonObject, listOf, textOr, textOrNull, timeOf } from '../../read/jsonValues.ts'
import type { ReadOptions } from '../format.ts'
import { flatResult, type Result, resultOf } from './results.ts'

/** What one person said of one image. */
export interface Annotation {
  who: string | null
  /** Milliseconds since 1970. */
  when: number | null
  results: Result[]
}

export interface Prediction {
  model: string
  score: number | undefined
  results: Result[]
}

/** A task, whichever of Label Studio's own exports it comes from. */
export interface Task {
  /** What the task is about. In a table, everything that may be: answers, too. */
  data: [key: string, value: unknown][]
  annotations: Annotation[]
  predictions: Prediction[]
  skipped: number
  drafts: number
  /** Predictions that are named by their numbers only. */
  withoutContent: number
  /** As it was in the file, to be shown. */
  shown: () => string
}

/** What flat exports have beside data and answers. */
const ownKeys = new Set(['id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time'])

/**
 * Tells of every task: JSON, JSON-MIN, CSV or TSV. Undefined for what is none.
 * @throws UserError `not-label-studio`, and those of `readJson` and `readCsvRecords`
 */
export async function readTasks(
  file: string,
  options: ReadOptions,
  visit: (task: Task | undefined, shown: () => string) => void,
): Promise<void> {
  if (await isJson(file)) {
    const each = (at: string, value: unknown, isElement: boolean): void => {
      if (at !== '' || !isElement) throw notLabelStudio(file, 'It isn’t a list of tasks')
      const shown = () => shortened(JSON.stringify(value) ?? '')
      visit(isObject(value) ? taskOf(value, shown) : undefined, shown)
    }
    return readJson(file, each, { ...options, streamed: [''] })
  }
  let header: string[] | undefined
  return readCsvRecords(file, options, (record, line) => {
    if (!header) {
      header = record
      return
    }
    const row = Object.fromEntries(header.map((column, at) => [column, cellOf(record[at] ?? '')]))
    const shown = () => `line ${line}: ${shortened(record.join(', '))}`
    visit(flatTask(row, shown), shown)
  })
}

async function isJson(file: string): Promise<boolean> {
  try {
    const handle = await open(file)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0)
      const head = decodedHead(buffer.subarray(0, bytesRead)).replace(/^\ufeff/, '')
      return !/\.(csv|tsv)$/i.test(path.basename(file)) || /^\s*[[{]/.test(head)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw asUserError(error)
  }
}

/** Answers that are more than a text are JSON in a cell. */
function cellOf(cell: string): unknown {
  if (!/^\s*[[{]/.test(cell)) return cell
  try {
    return JSON.parse(cell) as unknown
  } catch {
    return cell
  }
}

function taskOf(task: JsonObject, shown: () => string): Task | undefined {
  const isFlat = ['annotations', 'completions', 'predictions', 'data'].every((key) => task[key] === undefined)
  if (isFlat) return flatTask(task, shown)
  const all = [...listOf(task.annotations), ...listOf(task.completions)].filter(isObject)
  const given = all.filter(({ was_cancelled }) => was_cancelled !== true)
  const predictions = listOf(task.predictions)
  return {
    data: Object.entries(isObject(task.data) ? task.data : task),
    annotations: given.map((annotation) => ({
      who: nameOf(annotation.completed_by),
      when: timeOf(annotation.updated_at) ?? timeOf(annotation.created_at),
      results: resultsOf(annotation.result),
    })),
    predictions: predictions.filter(isObject).map((prediction) => ({
      model: textOr(prediction.model_version, 'Label Studio'),
      score: typeof prediction.score === 'number' ? prediction.score : undefined,
      results: resultsOf(prediction.result),
    })),
    skipped: all.length - given.length,
    drafts: listOf(task.drafts).length,
    withoutContent: predictions.filter((one) => typeof one === 'number').length,
    shown,
  }
}

const resultsOf = (list: unknown): Result[] => listOf(list).flatMap((entry) => resultOf(entry) ?? [])

/** One annotation a row. JSON-MIN has a task's data before its number, and what people answered after it. */
function flatTask(row: JsonObject, shown: () => string): Task {
  const entries = Object.entries(row)
  const numberAt = entries.findIndex(([key]) => key === 'id')
  const endAt = entries.findIndex(([key]) => key === 'annotator')
  // Columns of a table are in the order of the alphabet.
  const isOrdered = numberAt > 0 && endAt > numberAt && entries.slice(endAt).every(([key]) => ownKeys.has(key))
  const others = entries.filter(([key]) => !ownKeys.has(key))
  const answers = isOrdered ? entries.slice(numberAt + 1, endAt) : others
  return {
    data: isOrdered ? entries.slice(0, numberAt) : others,
    annotations: [
      {
        who: nameOf(row.annotator),
        when: timeOf(row.updated_at) ?? timeOf(row.created_at),
        results: answers.flatMap(([key, value]) => flatResult(key, value) ?? []),
      },
    ],
    ...{ predictions: [], skipped: 0, drafts: 0, withoutContent: 0 },
    shown,
  }
}

function nameOf(value: unknown): string | null {
  if (isObject(value)) return textOrNull(value.email) ?? textOrNull(value.username) ?? nameOf(value.id)
  return typeof value === 'number' ? String(value) : textOrNull(value)
}

export function notLabelStudio(file: string, reason: string): UserError {
  return new UserError(
    'not-label-studio',
    `This isn’t an export of Label Studio. ${reason}: ${file}`,
    'Export the project from Label Studio as “JSON”.',
  )
}
