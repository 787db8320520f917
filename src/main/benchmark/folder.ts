import path from 'node:path'
import { complaintAbout, fileIn, hashImages, type ImageFile, readText } from './imageFiles.ts'

/** A fully labelled data set: every pair is present or absent. */
export interface LabelledImages {
  images: ImageFile[]
  labels: string[]
  /** 1 present, 0 absent, row-major N×C */
  truth: Uint8Array
}

const columns = 'image\tsplit\tlabels'
const wrong = complaintAbout(
  'A benchmark needs a folder with images/ and labels.tsv: image, split, labels (separated by spaces).',
)

/**
 * Reads `DIR/images` and `DIR/labels.tsv`: one line per image with its file name, its split, and the labels that are present,
 * separated by spaces. Labels are sorted by name.
 * @param atLeast labels present in fewer images are left out
 * @throws UserError `benchmark-folder`
 */
export async function readLabelledFolder(folder: string, atLeast: number): Promise<LabelledImages> {
  const table = path.join(folder, 'labels.tsv')
  const text = await readText(table, wrong)
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
  const files = rows.map(({ name }) => fileIn(path.join(folder, 'images'), name, wrong))
  const truth = Uint8Array.from({ length: rows.length * labels.length }, (_, at) =>
    rows[Math.floor(at / labels.length)].present.has(labels[at % labels.length]) ? 1 : 0,
  )
  return { images: await hashImages(files, wrong), labels, truth }
}
