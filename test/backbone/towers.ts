import { writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'

/** A pair of towers, as small as can be, in which what an image shows and what a word says do match: by colour. */

export const colours = {
  red: [225, 30, 30],
  green: [30, 200, 40],
  blue: [30, 50, 220],
  yellow: [235, 220, 40],
} as const satisfies Record<string, readonly [number, number, number]>

export type Colour = keyof typeof colours
export const colourNames = Object.keys(colours) as Colour[]

const side = 32
/** D: one detector for each colour, and one for that there is a picture. */
const channels = colourNames.length + 1
/** E, of the space that images and texts share: where images are projected to it, it is wider than they need. */
const widthOf = (projected: boolean): number => channels + (projected ? 2 : 0)

/** How strongly pixels of 0 … 1 are of each colour, before what is negative is cut off. */
function detectors(): { weights: number[][]; biases: number[] } {
  const unit = colourNames.map((name) => colours[name].map((value) => value / 255))
  // Far from every other colour, each detector is below zero: |x - colour|² is linear in x but for |x|², which all share.
  const weights = unit.map((colour) => colour.map((value, i) => 4 * (value - mean(unit.map((other) => other[i])))))
  const biases = unit.map((colour, c) => {
    const own = dot(weights[c], colour)
    const others = unit.filter((_, other) => other !== c).map((other) => dot(weights[c], other))
    return -(own + Math.max(...others)) / 2
  })
  // Each says 1 of its own colour.
  const own = unit.map((colour, c) => dot(weights[c], colour) + biases[c])
  return {
    weights: weights.map((row, c) => row.map((value) => value / own[c])),
    biases: biases.map((bias, c) => bias / own[c]),
  }
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0)

/**
 * The image encoder as CLIP's is published: it outputs `image_embeds` alone, or, as SigLIP's, the pooled vector itself. Each cell of
 * the map is the mean of 8 × 8 pixels.
 */
function imageTower(projected: boolean): Uint8Array {
  const graph = new Graph()
  const image = graph.input('pixel_values', 'float32', ['n', 3, side, side])
  const space = widthOf(projected)
  const { weights, biases } = detectors()
  const kernel = new Float32Array(channels * 3 * 64)
  weights.forEach((row, c) => {
    row.forEach((value, i) => {
      kernel.fill(value / 64, (3 * c + i) * 64, (3 * c + i + 1) * 64)
    })
  })
  const shift = graph.constant('float32', Float32Array.from([...biases, 0.1]), [channels])
  const map = ['n', channels, side / 8, side / 8]
  const seen = graph.append(
    'Conv',
    [image, graph.constant('float32', kernel, [channels, 3, 8, 8]), shift],
    'float32',
    map,
    {
      strides: { ints: [8, 8] },
    },
  )
  const cells = graph.append('Relu', [seen], 'float32', map)
  const spread = graph.append('GlobalAveragePool', [cells], 'float32', ['n', channels, 1, 1])
  const pooled = graph.append('Flatten', [spread], 'float32', ['n', channels])
  if (!projected) {
    graph.output('last_hidden_state', cells)
    graph.output('pooler_output', pooled)
    return onnxModel(graph)
  }
  // Any turn of the space is as good as another, as long as both towers make it.
  const embeds = graph.append(
    'MatMul',
    [pooled, graph.constant('float32', turned(space), [channels, space])],
    'float32',
    ['n', space],
  )
  const squares = graph.append('ReduceL2', [embeds], 'float32', ['n', 1], { axes: { ints: [1] } })
  graph.output('image_embeds', graph.append('Div', [embeds, squares], 'float32', ['n', space]))
  return onnxModel(graph)
}

/** [D, E]: each channel its own direction, in reverse. */
function turned(space: number): Float32Array {
  const matrix = new Float32Array(channels * space)
  for (let d = 0; d < channels; d++) matrix[d * space + space - 1 - d] = 1
  return matrix
}

// In an order in which no word's letters are joined as those of an earlier one first.
const words = [
  'green',
  'a',
  'photo',
  'of',
  'something',
  'ein',
  'bild',
  'von',
  'etwas',
  ...colourNames.filter((name) => name !== 'green'),
]

function textTower(
  vocabulary: ReadonlyMap<string, number>,
  ending: string,
  projected: boolean,
  length: number | string,
): Uint8Array {
  const space = widthOf(projected)
  const graph = new Graph()
  const ids = graph.input('input_ids', 'int64', ['n', length])
  const table = new Float32Array(vocabulary.size * space)
  const place = (direction: number): number => (projected ? space - 1 - direction : direction)
  colourNames.forEach((colour, c) => {
    table[vocabulary.get(`${colour}${ending}`)! * space + place(c)] = 1
  })
  // What is there in any picture, and a little of every colour.
  for (const word of ['something', 'etwas']) {
    for (let d = 0; d < channels; d++) table[vocabulary.get(`${word}${ending}`)! * space + place(d)] = 0.35
  }
  for (const word of ['photo', 'bild']) table[vocabulary.get(`${word}${ending}`)! * space + place(channels - 1)] = 0.3
  const rows = graph.append('Gather', [graph.constant('float32', table, [vocabulary.size, space]), ids], 'float32', [
    'n',
    length,
    space,
  ])
  const text = graph.append('ReduceSum', [rows, graph.integers([1])], 'float32', ['n', space], { keepdims: { int: 0 } })
  graph.output(projected ? 'text_embeds' : 'pooler_output', text)
  return onnxModel(graph)
}

/** CLIP's kind: byte pairs, a mark at each word's end, and a token at either end of the text. */
function bytePairs(): { file: object; vocabulary: Map<string, number> } {
  const vocabulary = new Map<string, number>()
  const add = (token: string): void => {
    if (!vocabulary.has(token)) vocabulary.set(token, vocabulary.size)
  }
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
    add(letter)
    add(`${letter}</w>`)
  }
  const merges: string[] = []
  for (const word of words) {
    const parts = [...word.slice(0, -1), `${word.at(-1)}</w>`]
    let [whole, ...rest] = parts
    for (const next of rest) {
      if (!merges.includes(`${whole} ${next}`)) merges.push(`${whole} ${next}`)
      whole += next
      add(whole)
    }
  }
  add('<|startoftext|>')
  add('<|endoftext|>')
  const special = (content: string) => ({
    ...{ id: vocabulary.get(content), content, single_word: false, lstrip: false, rstrip: false, normalized: false },
    special: true,
  })
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special('<|startoftext|>'), special('<|endoftext|>')],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: ['<|endoftext|>', vocabulary.get('<|endoftext|>')],
      cls: ['<|startoftext|>', vocabulary.get('<|startoftext|>')],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
    model: {
      type: 'BPE',
      ...{
        dropout: null,
        unk_token: '<|endoftext|>',
        continuing_subword_prefix: '',
        end_of_word_suffix: '</w>',
        fuse_unk: false,
      },
      vocab: Object.fromEntries(vocabulary),
      merges,
    },
  }
  return { file, vocabulary }
}

/** SigLIP's kind: pieces of a sentence, with a mark at each word's beginning. */
function pieces(): { file: object; vocabulary: Map<string, number> } {
  const all = ['<pad>', '</s>', '<unk>', '▁', ...words.map((word) => `▁${word}`), ...'abcdefghijklmnopqrstuvwxyz']
  const vocabulary = new Map(all.map((piece, id) => [piece.replace('▁', ''), id]))
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: ['<pad>', '</s>', '<unk>'].map((content, id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
      pair: [],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
    model: {
      type: 'Unigram',
      unk_id: 2,
      vocab: all.map((piece, id) => [piece, id < 3 ? 0 : piece.length > 1 ? -1 : -8]),
    },
  }
  return { file, vocabulary }
}

/** As CLIP is published: `vision_model.onnx`, `text_model.onnx`, `tokenizer.json`. @returns the image encoder */
export function clipLike(folder: string): string {
  const { file, vocabulary } = bytePairs()
  const put = (name: string, content: string | Uint8Array): void => writeFileSync(path.join(folder, name), content)
  put('vision_model.onnx', imageTower(true))
  put('text_model.onnx', textTower(vocabulary, '</w>', true, 'sequence'))
  put('tokenizer.json', JSON.stringify(file))
  put('tokenizer_config.json', JSON.stringify({ model_max_length: 77, pad_token: '<|endoftext|>' }))
  put('preprocessor_config.json', JSON.stringify({ image_mean: [0, 0, 0], image_std: [1, 1, 1] }))
  return path.join(folder, 'vision_model.onnx')
}

/** As SigLIP: no projection, texts of one length, a bias. Described beside the model. @returns the image encoder */
export function siglipLike(folder: string): string {
  const { file, vocabulary } = pieces()
  writeFileSync(path.join(folder, 'image.onnx'), imageTower(false))
  writeFileSync(path.join(folder, 'words.onnx'), textTower(vocabulary, '', false, 8))
  writeFileSync(path.join(folder, 'pieces.json'), JSON.stringify(file))
  const text = { encoder: 'words.onnx', tokenizer: 'pieces.json', scale: 12, bias: -6 }
  writeFileSync(path.join(folder, 'image.onnx.json'), JSON.stringify({ mean: [0, 0, 0], std: [1, 1, 1], text }))
  return path.join(folder, 'image.onnx')
}

/** A picture of two halves. @param shade 0, 1, 2 …: a little darker each, so that no two pictures are the same */
export async function halves(file: string, left: Colour, right: Colour, shade = 0): Promise<void> {
  const of = (name: Colour) => {
    const [r, g, b] = colours[name].map((value) => value - 3 * shade)
    return { r, g, b }
  }
  const half = {
    input: { create: { width: 24, height: 48, channels: 3 as const, background: of(right) } },
    left: 24,
    top: 0,
  }
  await sharp({ create: { width: 48, height: 48, channels: 3, background: of(left) } })
    .composite([half])
    .png()
    .toFile(file)
}
