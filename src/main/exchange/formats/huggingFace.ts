import path from 'node:path'
import { UserError } from '../../base/errors.ts'
import { Collected } from '../read/collected.ts'
import { type ClassNames, classNamesIn, readRows } from '../read/rows.ts'
import { isFile, readText, walkFiles } from '../read/walkFiles.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { exportFolder } from '../write/folderWriter.ts'
import { type Evidence, type Format, type Glimpse, likely, type ReadOptions, sure } from './format.ts'
import { RowReader, rowSettings } from './rows/rowReader.ts'

/** The `imagefolder` of Hugging Face's datasets: the images, and a line of metadata.jsonl for each. */
export const huggingFace: Format = {
  id: 'huggingface',
  title: 'Hugging Face imagefolder',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'Two columns, “labels” (present) and “absent”: what is in neither is unknown. For other people’s folders, without “absent”, you’re asked about the rest.',
  checked: 'round trip; a reader in Python; folders that Hugging Face’s datasets wrote',
  extensions: [],
  reads: 'folder',
  writes: 'folder',
  images: 'needed',
  settings: rowSettings,
  recognises,
  read: readHuggingFace,
  write: writeImageFolder,
}

const metadata = /(^|\/)metadata\.(jsonl|parquet)$/
const arrow = /(^|\/)(data-\d+-of-\d+|dataset)\.arrow$/
const shards = /(^|\/)[\w.-]+-\d{5}-of-\d{5}(-[0-9a-f]+)?\.parquet$/

const facts = /(^|\/)(state|dataset_info|dataset_dict)\.json$/

function recognises({ isFolder, entries }: Glimpse): Evidence | undefined {
  if (!isFolder) return undefined
  const find = (pattern: RegExp) => entries.find((entry) => pattern.test(entry))
  const reads = (entry: string) => [metadata, arrow, shards, facts].some((pattern) => pattern.test(entry))
  const isSaved = entries.some((entry) => facts.test(entry))
  const saved = isSaved ? find(arrow) : undefined
  if (saved) return { score: sure, because: `it is what save_to_disk writes (${saved})`, reads }
  const file = find(metadata)
  if (file) return { score: sure, because: `${file} describes its images`, reads }
  const shard = find(shards)
  return shard === undefined
    ? undefined
    : { score: likely, because: `it has parts of a table, such as ${shard}`, reads }
}

/** Every part: below train and test, too. @throws UserError `not-huggingface`, and those of `readRows` and `RowReader` */
async function readHuggingFace(root: string, options: ReadOptions): Promise<Collected> {
  const isPart = (name: string) => [metadata, arrow, shards].some((pattern) => pattern.test(name))
  const files = await walkFiles(root, isPart, options)
  if (files.length === 0) {
    throw new UserError(
      'not-huggingface',
      `There is no metadata.jsonl or metadata.parquet in this folder: ${root}`,
      'Choose the folder that load_dataset reads.',
    )
  }
  const collected = new Collected()
  for (const [part, { path: place, file }] of files.entries()) {
    const below = metadata.test(place) ? path.posix.dirname(place) : ''
    const reader = new RowReader(file, options.settings, below === '.' ? '' : below, collected)
    reader.know(await classesBeside(file))
    const onProgress = (share: number) => options.onProgress?.((part + share) / files.length)
    const reading = { ...options, onProgress, onClasses: (classes: ClassNames) => reader.know(classes) }
    await readRows(file, reading, (row) => reader.add(row))
    reader.finish()
  }
  return collected
}

/** Without it, or where it is broken, numbers stay without names, and that is told. */
async function classesBeside(file: string): Promise<ClassNames> {
  const info = path.join(path.dirname(file), 'dataset_info.json')
  if (!(await isFile(info))) return new Map()
  const text = await readText(info)
  try {
    return classNamesIn(JSON.parse(text))
  } catch {
    return new Map()
  }
}

function writeImageFolder(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  return exportFolder(huggingFace, source, target, options, async (folder, walk) => {
    await folder.write('README.md', readme(source))
    await folder.addText('metadata.jsonl', '')
    for await (const { image, present, absent } of walk.images({ readableOnly: true })) {
      const line = {
        file_name: image.path,
        labels: present.map(({ name }) => name),
        absent: absent.map(({ name }) => name),
      }
      await folder.addText('metadata.jsonl', `${JSON.stringify(line)}\n`)
      await walk.place(image, folder.placeOf(image.path))
    }
  })
}

function readme({ labels }: ExportSource): string {
  const names = labels.map(({ name }) => `- ${name.replace(/[\\`*_[\]<>#|~]/g, '\\$&')}\n`).join('')
  return `---
task_categories:
- image-classification
---

Each image has the labels that are known to be present (\`labels\`) and those known to be absent (\`absent\`). A label in neither
list is unknown: it is not absent.

    from datasets import load_dataset
    dataset = load_dataset("imagefolder", data_dir=".", split="train")

## Labels

${names}`
}
