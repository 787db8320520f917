import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../base/errors.ts'

/** A fully labelled data set: every (image, label) is known to be present or absent. */
export interface LabelledImages {
  images: { path: string; sha256: string }[]
  labels: string[]
  /** 1 present, 0 absent, row-major N×C */
  truth: Uint8Array
}

const columns = 'image\tsplit\tlabels'

/**
 * Reads `DIR/images` and `DIR/labels.tsv`: one line an image, with its file's name, its split, and the labels that are present,
 * separated by spaces. Labels are in the order of their names.
 * @param atLeast labels that are present in fewer images are left out
 * @throws UserError `benchmark-folder`
 */
export async function readLabelledFolder(folder: string, atLeast: number): Promise<LabelledImages> {
  const table = path.join(folder, 'labels.tsv')
  const text = await readFile(table, 'utf8').catch(() => {
    throw wrong(`There is no ${table}`)
  })
  const [head, ...lines] = text.split(/\r?\n/).filter((line) => line !== '')
  if (head !== columns) throw wrong(`${table} does not begin with the columns image, split, labels`)
  const rows = lines.map((line, i) => {
    const cells = line.split('\t')
    if (cells.length !== 3) throw wrong(`Line ${i + 2} of ${table} has ${cells.length} columns`)
    return { name: cells[0], present: new Set(cells[2].split(' ').filter(Boolean)) }
  })
  const counts = new Map<string, number>()
  for (const { present } of rows) for (const label of present) counts.set(label, (counts.get(label) ?? 0) + 1)
  const labels = [...counts].flatMap(([label, count]) => (count >= atLeast ? [label] : [])).sort()
  if (labels.length === 0) throw wrong(`No label of ${table} is present in ${atLeast} images`)
  const images = []
  for (const { name } of rows) {
    const file = path.join(folder, 'images', name)
    if (path.relative(path.join(folder, 'images'), file).startsWith('..')) throw wrong(`${name} is not in the folder`)
    images.push({ path: file, sha256: await sha256Of(file) })
  }
  const truth = Uint8Array.from({ length: rows.length * labels.length }, (_, at) =>
    rows[Math.floor(at / labels.length)].present.has(labels[at % labels.length]) ? 1 : 0,
  )
  return { images, labels, truth }
}

async function sha256Of(file: string): Promise<string> {
  await stat(file).catch(() => {
    throw wrong(`There is no ${file}`)
  })
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

function wrong(what: string): UserError {
  return new UserError(
    'benchmark-folder',
    `${what}.`,
    'A benchmark needs a folder with images/ and labels.tsv: image, split, labels (separated by spaces).',
  )
}
