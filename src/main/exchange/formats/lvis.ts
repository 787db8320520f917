import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { ExportWalk, exportFile } from '../write/exportWalk.ts'
import type { TextWriter } from '../write/textWriter.ts'
import { readCoco } from './coco/import.ts'
import type { Format } from './format.ts'

/** The federated annotations of LVIS: its verified negatives are our absent, whatever is in neither list is unknown. */
export const lvis: Format = {
  id: 'lvis',
  title: 'LVIS JSON',
  says: { absent: true, unlabelled: true, provenance: 'none', suggestions: false },
  limits: 'Stores present, absent and unknown, but not who decided when. Unreadable images are left out.',
  checked: 'round trip; the fields its evaluator needs, with a reader in Python',
  extensions: ['.json'],
  reads: 'file',
  writes: 'file',
  read: readCoco,
  write: writeLvis,
}

function writeLvis(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  return exportFile(lvis, source, target, options, async (out, walk) => {
    const info = {
      description: source.project.name,
      version: 'v1.0',
      year: new Date(source.project.changedAt).getUTCFullYear(),
    }
    out.write(`{\n"info": ${JSON.stringify(info)},\n"licenses": [],\n"images": [`)
    const counts = await writeImages(out, walk, source)
    out.write('\n],\n"categories": [')
    for (const [index, { name, supercategory, description, id }] of source.labels.entries()) {
      const count = counts.get(id) ?? 0
      const category = {
        id: index + 1,
        name,
        // WordNet's name of the meaning; ours have none, and readers want one that is theirs alone.
        synset: `${name.replace(/\s/g, '_')}.n.${String(index + 1).padStart(2, '0')}`,
        synonyms: [name],
        def: description,
        supercategory,
        image_count: count,
        instance_count: count,
        frequency: count <= 10 ? 'r' : count <= 100 ? 'c' : 'f',
      }
      out.write(`${index === 0 ? '\n' : ',\n'}${JSON.stringify(category)}`)
    }
    out.write('\n],\n"annotations": [')
    await writeAnnotations(out, new ExportWalk(lvis, source, options))
    out.write('\n]\n}\n')
  })
}

/** @returns of each label, in how many images it is present */
async function writeImages(out: TextWriter, walk: ExportWalk, source: ExportSource): Promise<Map<number, number>> {
  const counts = new Map(source.labels.map(({ id }) => [id, 0]))
  let first = true
  for await (const { image, present, absent } of walk.images({ readableOnly: true })) {
    for (const { id } of present) counts.set(id, counts.get(id)! + 1)
    const entry = {
      id: image.id,
      width: image.width,
      height: image.height,
      file_name: image.path,
      coco_url: image.path,
      license: 0,
      neg_category_ids: absent.map(({ id }) => walk.placeOf(id) + 1),
      // LVIS means labels here whose every instance has not been marked: a whole image is one instance.
      not_exhaustive_category_ids: [],
    }
    if (out.write(`${first ? '\n' : ',\n'}${JSON.stringify(entry)}`)) await out.flush()
    first = false
  }
  return counts
}

async function writeAnnotations(out: TextWriter, walk: ExportWalk): Promise<void> {
  let id = 0
  for await (const { image, present } of walk.images({ readableOnly: true })) {
    const { width, height } = image
    const shape = `"bbox":[0,0,${width},${height}],"area":${width * height},"segmentation":[[0,0,${width},0,${width},${height},0,${height}]]`
    let full = false
    for (const label of present) {
      const ids = `"id":${++id},"image_id":${image.id},"category_id":${walk.placeOf(label.id) + 1}`
      full = out.write(`${id === 1 ? '\n' : ',\n'}{${ids},${shape}}`)
    }
    if (full) await out.flush()
  }
}
