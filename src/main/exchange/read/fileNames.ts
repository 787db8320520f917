import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { ProblemList } from '../records.ts'
import { csvLine, neutralised, restored } from '../write/csvCells.ts'
import type { FolderWriter } from '../write/folderWriter.ts'
import { readCsvRecords } from './csvRecords.ts'

/** Where the names of labels stand that can't be names of files. */
export const namesFile = 'label-names.csv'

/** Names that Windows keeps for devices. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
const longest = 120

/** Names of labels as names of files and folders, on any system: no two are the same there, whatever their case. */
export class FileNames {
  readonly #fileNames = new Map<string, string>()

  constructor(names: readonly string[]) {
    const taken = new Set(names.filter(isFileName).map(fold))
    for (const name of names) {
      let fileName = name
      if (!isFileName(name)) {
        const plain = shortenedTo(name.replace(/[<>:"/\\|?*%\p{Cc}]/gu, '_').replace(/[. ]+$|^\./g, '_'), name)
        fileName = isFileName(plain) ? plain : `_${plain}`
        for (let n = 2; taken.has(fold(fileName)); n++) fileName = `${plain}_${n}`
        taken.add(fold(fileName))
      }
      this.#fileNames.set(name, fileName)
    }
  }

  of(name: string): string {
    return this.#fileNames.get(name)!
  }

  /** Writes the file that tells which label is meant, if a name had to be changed, and says so. */
  async write(folder: FolderWriter, warnings: ProblemList): Promise<void> {
    const changed = [...this.#fileNames].filter(([name, fileName]) => name !== fileName)
    if (changed.length === 0) return
    for (const [name] of changed) {
      warnings.add('name-changed', `Labels whose names can’t be file names: listed in ${namesFile}`, name)
    }
    const lines = changed.map(([name, fileName]) => csvLine([neutralised(fileName), neutralised(name)]))
    await folder.write(namesFile, csvLine(['name', 'label']) + lines.join(''))
  }
}

/** The names of labels by those of their files; empty where the folder is not ours. @throws UserError of the file */
export async function readFileNames(folder: string): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const file = path.join(folder, namesFile)
  if (!(await stat(file).catch(() => undefined))?.isFile()) return names
  let isHeader = true
  await readCsvRecords(file, {}, ([fileName = '', name = '']) => {
    if (!isHeader && fileName !== '' && name !== '') names.set(restored(fileName), restored(name))
    isHeader = false
  })
  return names
}

function isFileName(name: string): boolean {
  return (
    !/[<>:"/\\|?*%\p{Cc}]|[. ]$|^\./u.test(name) &&
    !reserved.test(name) &&
    Buffer.byteLength(name) <= longest &&
    // What one disk composes and another does not must not become two names.
    name === name.normalize('NFC') &&
    name.isWellFormed()
  )
}

function fold(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase()
}

function shortenedTo(text: string, name: string): string {
  if (Buffer.byteLength(text) <= longest) return text
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  let short = text.slice(0, longest - 10)
  while (Buffer.byteLength(short) > longest - 10) short = [...short].slice(0, -1).join('')
  return `${short.toWellFormed()}_${hash}`
}
