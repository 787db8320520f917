import path from 'node:path'
import type { ExportOptions, ExportReport, ExportSource, LabelRecord } from '../records.ts'
import { csvLine, delimiterOf, neutralised } from '../write/csvCells.ts'
import { exportFile, writeTextFile } from '../write/exportWalk.ts'
import { cellOf } from './csv.ts'
import type { Format } from './format.ts'
import { answerTo, type Setting } from './settings.ts'
import { tableEvidence } from './tables/recognise.ts'
import { readTags, saysNothing, separatorSetting, tagsSettings } from './tables/tagsReader.ts'

const separators: Record<string, string> = { space: ' ', comma: ',', semicolon: ';', bar: '|' }
const separatorOut: Setting = {
  ...separatorSetting,
  on: 'write',
  hint: 'In names that contain it, “_” is written instead.',
  choices: separatorSetting.choices!.filter(({ value }) => Object.hasOwn(separators, value)),
  usual: 'space',
}

/** One line an image, with what is present in it: image_name,tags. */
export const tagsCsv: Format = {
  id: 'tags',
  title: 'Tags CSV (as on Kaggle)',
  says: { absent: false, unlabelled: false, provenance: 'none', suggestions: false },
  limits:
    'Names only what is present. The separator is found by what makes labels repeat. You’re asked about the rest on import, and told on export.',
  checked: 'round trip of what is present',
  extensions: ['.csv', '.tsv'],
  reads: 'file',
  writes: 'file',
  settings: [...tagsSettings, separatorOut],
  recognises: (glimpse) => tableEvidence(glimpse, 'tags'),
  read: (file, options) => readTags(file, namesFile(file), options),
  besides: (target) => [namesFile(target)],
  write: writeTags,
}

/** Names of labels that had to be written otherwise lie here, beside the file. */
function namesFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '.labels.csv')
}

async function writeTags(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const between = separators[answerTo(separatorOut, options.settings)]
  const { tags, changed } = tagsOf(source.labels, between)
  const report = await exportFile(tagsCsv, source, target, options, async (out, walk, file) => {
    const delimiter = delimiterOf(file)
    out.write(csvLine(['image_name', 'tags'], delimiter))
    for await (const { image, present } of walk.images()) {
      const cell = neutralised(present.map(({ id }) => tags.get(id)!).join(between))
      if (out.write(csvLine([cellOf(walk, image.path), cell], delimiter))) await out.flush()
    }
    for (const { name } of changed) {
      walk.warnings.add('name-changed', 'Names that contain the tag separator: changed', name)
    }
  })
  if (changed.length === 0) return report
  const names = namesFile(path.resolve(target))
  await writeTextFile(names, async (out) => {
    out.write(csvLine(['tag', 'label']))
    for (const { id, name } of changed) out.write(csvLine([neutralised(tags.get(id)!), neutralised(name)]))
  })
  report.files.push(names)
  return report
}

function tagsOf(labels: readonly LabelRecord[], between: string) {
  const tags = new Map<number, string>()
  const changed: LabelRecord[] = []
  // Nothing that readers may take for a separator, whichever there is, or for a list.
  const plain = (name: string) => !/[\s|;,]|^[[({]/.test(name) && !name.includes(between) && !saysNothing(name)
  const taken = new Set(labels.filter(({ name }) => plain(name)).map(({ name }) => name))
  for (const label of labels) {
    let tag = label.name
    if (!plain(tag)) {
      tag = tag.replace(/[\s|;,]|^[[({]/g, '_').replaceAll(between, '_')
      while (taken.has(tag) || !plain(tag)) tag += '_'
      taken.add(tag)
      changed.push(label)
    }
    tags.set(label.id, tag)
  }
  return { tags, changed }
}
