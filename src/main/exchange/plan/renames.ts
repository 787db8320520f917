import { UserError } from '../../base/errors.ts'
import { readCsvRecords } from '../read/csvRecords.ts'
import { restored } from '../write/csvCells.ts'
import type { Renames } from './labels.ts'

/**
 * What labels of a file are to be called: lines of “name in the file, name in the project”; without a second name the label is
 * left out. A first line from,to is a header.
 * @throws UserError `rename`, and those of `readCsvRecords`
 */
export async function readRenames(file: string): Promise<Map<string, string>> {
  const renames = new Map<string, string>()
  await readCsvRecords(file, {}, (record, line) => {
    if (record.length === 2 && line === 1 && /^from$/i.test(record[0].trim())) return
    if (record.length !== 2) {
      throw new UserError(
        'rename',
        `Line ${line} has ${record.length} columns instead of two: ${file}`,
        'Write the name in the file, a comma, and the name in the project.',
      )
    }
    renames.set(keyOf(restored(record[0])), restored(record[1]).trim())
  })
  return renames
}

/** @param pairs 'old=new', or 'old=' to leave the label out @throws UserError `rename` */
export function renamesOf(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at > 0) return [keyOf(pair.slice(0, at)), pair.slice(at + 1).trim()]
      throw new UserError('rename', `“${pair}” doesn’t say which label to map to which.`, 'Write OLD=NEW.')
    }),
  )
}

/** @param renames by the names as a person wrote them */
export function asRenames(renames: Readonly<Record<string, string>>): Renames {
  return new Map(Object.entries(renames).map(([name, to]) => [keyOf(name), to.trim()]))
}

function keyOf(name: string): string {
  return name.normalize('NFC').trim()
}
