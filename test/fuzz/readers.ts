import { lstatSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { textVectors } from '../../src/main/backbone/text/textTower.ts'
import { readSafeTensors } from '../../src/main/base/safetensors.ts'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import { choicesControls } from '../../src/main/exchange/formats/labelStudio/config.ts'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { readRows } from '../../src/main/exchange/read/rows.ts'
import { decodePixels } from '../../src/main/images/decode.ts'
import { examine } from '../../src/main/images/examine.ts'
import { renderImage } from '../../src/main/images/render.ts'
import { readSource } from '../../src/main/images/source.ts'
import { openProject } from '../../src/main/project/file/open.ts'
import { ScoreTable } from '../../src/main/suggestions/scores.ts'
import type { Kind } from './mutate.ts'
import {
  configSeeds,
  formatSeeds,
  imageSeeds,
  modelSeeds,
  pets,
  projectSeeds,
  type Seed,
  tableSeed,
  tensorSeeds,
  tokenizerSeeds,
} from './seeds.ts'
import { databaseChanged, jsonChanged } from './structure.ts'

/** Something that reads files of strangers. */
export interface Reader extends Kind {
  id: string
  /** The process that it runs in: only what the main process reads may not end it. */
  process: 'main' | 'compute'
  seeds: () => Promise<Seed[]>
  /** Reads all that the application reads of it. @throws UserError */
  read: (place: string, folder: string) => Promise<void>
}

const json = [
  '"images":',
  '"annotations":',
  '"categories":',
  '"id":',
  '"image_id":1',
  '"category_id":1',
  '"file_name":"a.jpg"',
]
const xml = [
  '<object>',
  '<name>dog</name>',
  '<filename>a.jpg</filename>',
  '<image name="a.jpg">',
  '<tag label="dog"/>',
  '&amp;',
]
const wordsOf: Record<string, readonly string[]> = {
  coco: [...json, '"info":', '"partial_labels":', '"score":0.5', '"bbox":[0,0,1,1]', '"iscrowd":1'],
  lvis: [...json, '"neg_category_ids":[1]', '"not_exhaustive_category_ids":[1]'],
  'label-studio': [
    '"data":',
    '"annotations":',
    '"result":',
    '"choices":["dog"]',
    '"from_name":"labels"',
    '"predictions":',
  ],
  datumaro: ['"items":', '"annotations":', '"categories":', '"label":', '"label_id":0', '"attributes":'],
  fiftyone: ['"classes":', '"labels":', '"samples":', '"tags":'],
  cvat: xml,
  voc: [...xml, ' 1\n', '-1\n', 'dog_train.txt'],
  'fiftyone-dataset': [
    ...['"samples":', '"filepath":"a.jpg"', '"_cls":"Classification"', '"_cls":"Classifications"', '"label":"dog"'],
    ...['"classifications":', '"confidence":0.5', '"tags":["x"]', '{"_id":{"$oid":"1"}}'],
  ],
  records: [
    ...['"image":', '"labels":["dog"]', '"file_name":"a.jpg"', '"columns":', '"data":', '"source-ref":"a.jpg"'],
    ...['"job":[0]', '"job-metadata":', '"class-map":{"0":"dog"}', '"human-annotated":"no"', 'PAR1', '\n', 'dog|cat'],
  ],
  huggingface: [
    '"file_name":"a.jpg"',
    '"labels":["dog"]',
    '"absent":["cat"]',
    '"_type":"ClassLabel"',
    '"features":',
    '\n',
  ],
  'image-json': [
    ...['"imagePath":"a.jpg"', '"flags":{"dog":true}', '"shapes":', '"label":"dog"', '"attrs":', '"objects":'],
    ...['"tags":', '"size":{}', '"classTitle":"dog"', '"item":{"name":"a.jpg"}', '"annotations":', '"value":null'],
  ],
  via: [
    ...['"_via_img_metadata":', '"_via_attributes":', '"filename":"a.jpg"', '"regions":', '"region_attributes":'],
    ...['"file_attributes":', '{"dog":true}', '"type":"dog"', 'region_attributes,', '""'],
  ],
  'tag-files': [',', '\n', '_', ' ', '\\(', 'dog', '1 0.5 0.5 1 1'],
  'imagenet-txt': ['synsets.txt', 'a.jpg 0 1\n', ' -1', '"a b.jpg" 0\n', '1e9', '\t'],
  'label-studio-csv': [
    ...['image,', 'annotator', 'annotation_id', 'created_at', 'lead_time', '"{""choices"":[""dog""]}"', 'dog', ','],
    ...['[{""rectanglelabels"":[""dog""]}]', '\n'],
  ],
  yolo: ['names:', 'nc: 2', '0: dog', 'train: images/train', '0 0.5 0.5 1 1\n', '&a', '*a', '<<: *a'],
}

/** Written as JSON, at least in part. */
const jsonFormats = new Set([
  ...['coco', 'lvis', 'label-studio', 'datumaro', 'fiftyone', 'npy', 'fiftyone-dataset', 'records', 'huggingface'],
  ...['image-json', 'via'],
])

const ofFormats: Reader[] = formats.flatMap((format) => {
  const { read } = format
  if (!read) return []
  const one: Reader = {
    id: format.id,
    process: 'main',
    seeds: () => formatSeeds(format),
    restructure: jsonFormats.has(format.id) ? jsonChanged : undefined,
    words: wordsOf[format.id] ?? [
      'image',
      'label',
      'present',
      'absent',
      'unknown',
      '0',
      '1',
      '-1',
      ',',
      '\t',
      '|',
      '"',
    ],
    read: async (place) => {
      await formatOf(place).catch((error) => {
        if (error?.name !== 'UserError') throw error
      })
      const project = pets()
      const plan = await ImportPlan.make(format.id, await read(place, {}), project.target())
      await plan.apply(project)
      plan.suggestions()
    },
  }
  return [one]
})

/** What damages a table most, in place of a length. */
const lengths = [0, 1, -1, -8, 0xffff, 0x1000000, 0x7fffffff, -0x80000000].map((length) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(length)
  return bytes
})

const imageWords = [
  ...[
    [0xff, 0xd8, 0xff, 0xe1],
    [0xff, 0xe2],
    [0xff, 0xc0],
    [0xff, 0xda],
    [0xff, 0xd9],
    [0xff, 0xff],
  ].map((bytes) => Buffer.from(bytes)),
  ...[
    'Exif\0\0II*\0',
    'ICC_PROFILE\0\x01\x01',
    'IHDR',
    'IDAT',
    'IEND',
    'PLTE',
    'acTL',
    'iCCP',
    'VP8 ',
    'VP8X',
    'VP8L',
    'ANIM',
    'ftypavif',
    'meta',
  ],
  ...['GIF89a', 'NETSCAPE2.0', '<svg xmlns="http://www.w3.org/2000/svg"/>', '%PDF-1.7', 'II*\0', 'MM\0*'],
]

export const readers: readonly Reader[] = [
  {
    id: 'images',
    process: 'compute',
    seeds: imageSeeds,
    keepsLength: true,
    words: imageWords,
    read: async (place, folder) => {
      const { size, mtimeMs } = lstatSync(place)
      const cache = path.join(folder, '.cache')
      const found = { path: path.basename(place), size, mtimeMs }
      const scanned = await examine(path.dirname(place), found, cache)
      if (scanned?.status !== 'ok') return
      await decodePixels(await readSource(place), { width: 64, height: 64 })
      await renderImage(place, scanned.sha256!, cache)
    },
  },
  {
    id: 'onnx',
    process: 'compute',
    seeds: modelSeeds,
    keepsLength: true,
    words: [
      'Conv',
      'If',
      'Loop',
      'Constant',
      'ConstantOfShape',
      'Reshape',
      'com.evil',
      'location',
      Buffer.from([0x3a, 0x7f]),
    ],
    read: async (place) => void (await resolveBackbone(`${place}@32`)),
  },
  {
    id: 'tokenizer',
    process: 'compute',
    seeds: tokenizerSeeds,
    restructure: jsonChanged,
    words: ['"type":"BPE"', '"type":"Unigram"', '"Regex":"a+"', '"vocab":{}', '"merges":[]', '"id":-1', '"content":""'],
    read: async (place) => {
      const encoder = path.join(path.dirname(place), 'encoder.onnx')
      const tower = { encoder, tokenizer: place, template: '{label}' }
      await textVectors(tower, ['a photo of a red', 'ωμέγα 犬', ''])
    },
  },
  {
    id: 'safetensors',
    process: 'compute',
    seeds: tensorSeeds,
    words: ['"dtype":"F32"', '"shape":[1]', '"data_offsets":[0,4]', '__metadata__', 'I8', 'F16'],
    read: async (place) => void (await readSafeTensors(place)),
  },
  {
    id: 'scores',
    process: 'main',
    seeds: async () => {
      const bytes = Buffer.alloc(24 + 4 * 3 + 4 * 2 + 4 * 6, 1)
      bytes.write('surmise scores 1', 'latin1')
      bytes.writeUInt32LE(3, 16)
      bytes.writeUInt32LE(2, 20)
      return [{ main: 'a.scores', files: new Map([['a.scores', bytes]]) }]
    },
    words: [],
    read: async (place) => void (await ScoreTable.read(place)),
  },
  {
    id: 'project',
    process: 'main',
    seeds: projectSeeds,
    restructure: databaseChanged,
    words: [
      'CREATE TABLE',
      'image',
      'label',
      'json',
      'STRICT',
      'SQLite format 3\0',
      '{"mAP":',
      '[1,2]',
      "'; DROP TABLE image; --",
    ],
    read: async (place) => {
      const project = openProject(place)
      try {
        project.labels.list()
        project.images.page({}, { by: 'path' }, 0, 50)
        project.images.counts()
        await project.states.matrix()
        for (const imageId of project.images.ids()) project.states.ofImage(imageId)
        project.history.list(100)
        project.models.list()
        project.settings.all()
        const snapshot = project.snapshot()
        for (const _ of snapshot.images({ status: ['ok'] }));
        snapshot.close()
        project.history.undo()
        project.labels.add({ name: 'new' })
      } finally {
        project.close()
      }
    },
  },
  {
    id: 'label-config',
    process: 'main',
    seeds: async () => configSeeds,
    words: ['<Choices', '<Choice value="x"/>', '<Image', 'toName="image"', 'value="$image"', '</View>'],
    read: async (place) => void choicesControls(readFileSync(place, 'utf8')),
  },
  // As parts of formats they are found among texts, whose lengths may change.
  ...['saved/data-00000-of-00001.arrow', 'numbered.parquet'].map(
    (peer): Reader => ({
      id: path.extname(peer).slice(1),
      process: 'main',
      seeds: async () => [tableSeed(peer)],
      keepsLength: true,
      words: lengths,
      read: (place) => readRows(place, {}, () => {}),
    }),
  ),
  ...ofFormats,
]

/** Does all that a reader must not: for the test of what finds it out. */
const broken: Reader = {
  id: 'broken',
  process: 'compute',
  seeds: async () => [{ main: 'a', files: new Map([['a', Buffer.from('whole')]]) }],
  words: [],
  read: async (place) => {
    const bytes = readFileSync(place)
    if (bytes.toString() === 'whole') return
    const kind = bytes.reduce((sum, byte) => sum + byte, 0) % 4
    if (kind === 0) throw new Error('a bug')
    if (kind === 1) process.kill(process.pid, 'SIGKILL')
    while (kind === 2);
  },
}

/** What several readers have in common is asked for by one word. */
const groups: Record<string, readonly string[]> = {
  json: ['coco', 'lvis', 'label-studio', 'datumaro', 'fiftyone', 'fiftyone-dataset', 'records', 'image-json', 'via'],
  csv: ['csv', 'csv-wide', 'open-images', 'tags', 'label-studio-csv'],
  xml: ['voc', 'cvat', 'label-config'],
  yaml: ['yolo'],
}

/** @throws for a name of no reader */
export function readersNamed(names: readonly string[]): Reader[] {
  if (names.length === 0) return [...readers]
  return names.flatMap((name) => {
    const wanted = new Set([name, ...(groups[name] ?? [])])
    const found = [...readers, broken].filter(({ id }) => wanted.has(id))
    if (found.length > 0) return found
    throw new Error(
      `There is no reader called ${name}. There are: ${readers.map(({ id }) => id).join(', ')}; ${Object.keys(groups).join(', ')}.`,
    )
  })
}
