import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Files by their paths: their content, or what one of the other programs wrote (see `peers/`). */
export interface ForeignFiles {
  /** What is opened. */
  place: string
  files: Record<string, string | { peer: string }>
}

/** Files of formats that others write: their content, or what one of their programs wrote. */
export const foreign: Record<string, ForeignFiles> = {
  'label-studio-csv': { place: 'x.csv', files: { 'x.csv': { peer: 'label-studio/ls-export.csv' } } },
  'fiftyone-dataset': {
    place: 'samples.json',
    files: {
      'samples.json': JSON.stringify({
        samples: [
          { filepath: '/x/a.jpg', tags: ['train'], gt: { _cls: 'Classification', label: 'dog' } },
          {
            filepath: '/x/c.png',
            tags: ['train'],
            gt: {
              _cls: 'Classifications',
              classifications: [{ _cls: 'Classification', label: 'cat', confidence: 0.5 }],
            },
          },
        ],
      }),
    },
  },
  records: { place: 'x.parquet', files: { 'x.parquet': { peer: 'hugging-face/numbered.parquet' } } },
  'image-json': {
    place: 'x',
    files: {
      'x/a.json': JSON.stringify({ imagePath: 'a.jpg', flags: { dog: true }, shapes: [{ label: 'cat', points: [] }] }),
      'x/c.json': JSON.stringify({ imagePath: 'c.png', flags: {}, shapes: [] }),
    },
  },
  via: {
    place: 'x.json',
    files: {
      'x.json': JSON.stringify({
        _via_settings: {},
        _via_img_metadata: {
          'a.jpg7': { filename: 'a.jpg', regions: [{ region_attributes: { type: 'dog' } }], file_attributes: {} },
          'c.png7': { filename: 'c.png', regions: [], file_attributes: { type: { dog: true, cat: false } } },
        },
        _via_attributes: { region: { type: { type: 'dropdown', options: { dog: '', cat: 'cat' } } }, file: {} },
      }),
    },
  },
  'tag-files': {
    place: 'x',
    files: { 'x/a.jpg': 'a', 'x/a.txt': 'dog, long hair\n', 'x/c.png': 'c', 'x/c.txt': 'dog, pet \\(cat\\)\n' },
  },
  'imagenet-txt': { place: 'x', files: { 'x/synsets.txt': 'dog\ncat\n', 'x/train.txt': 'a.jpg 0 1\nsub/b.jpg 1\n' } },
}
/** The same reader, with other files of its own. */
export const more: [id: string, files: Record<string, string | { peer: string }>, place: string][] = [
  ['records', { 'x.jsonl': '{"image":"a.jpg","labels":["dog"]}\n{"image":"c.png","labels":[]}\n' }, 'x.jsonl'],
  ['records', { 'x.json': '[{"image":"a.jpg","dog":1,"cat":0},{"image":"c.png","dog":0,"cat":1}]' }, 'x.json'],
  ['huggingface', { x: { peer: 'hugging-face/saved' } }, 'x'],
  [
    'records',
    {
      'x.manifest':
        '{"source-ref":"s3://b/a.jpg","job":[0],"job-metadata":{"class-map":{"0":"dog"},"type":"groundtruth/image-classification-multilabel","human-annotated":"yes"}}\n',
    },
    'x.manifest',
  ],
  ['image-json', { 'x/d/ann/a.jpg.json': '{"tags":[{"name":"dog","value":null}],"objects":[],"size":{}}' }, 'x'],
  [
    'via',
    {
      'x.csv':
        'filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n' +
        'a.jpg,7,"{}",1,0,"{}","{""type"":""dog""}"\n',
    },
    'x.csv',
  ],
]

/** @returns what is to be opened, absolute */
export function writeForeign({ place, files }: ForeignFiles, folder: string): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (typeof content === 'string') writeFileSync(file, content)
    else cpSync(path.join(import.meta.dirname, 'peers', content.peer), file, { recursive: true })
  }
  return path.join(folder, place)
}
