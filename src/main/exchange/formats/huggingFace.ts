import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { exportFolder } from '../write/folderWriter.ts'
import type { Format } from './format.ts'

/** The `imagefolder` of Hugging Face's datasets: the images, and a line of metadata.jsonl for each. */
export const huggingFace: Format = {
  id: 'huggingface',
  title: 'Hugging Face imagefolder',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits:
    'Two columns, “labels” (present) and “absent”: what is in neither is unknown. It can be exported but not imported.',
  checked: 'a reader in Python',
  extensions: [],
  writes: 'folder',
  images: 'needed',
  write: writeImageFolder,
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
