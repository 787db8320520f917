import { mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openExtractor } from '../../src/main/backbone/embed/extractor.ts'
import { wholeLook } from '../../src/main/backbone/pixels/looks.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { findTextTower } from '../../src/main/backbone/text/textFiles.ts'
import { textVectors } from '../../src/main/backbone/text/textTower.ts'
import { decodeModel, encodeModel } from '../../src/main/tensor/onnx/format.ts'
import { nameLogits, nameVectors, promptOf } from '../../src/main/training/names/scores.ts'
import { type Colour, clipLike, colourNames, colours, siglipLike } from '../backbone/towers.ts'

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-names-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const pairs: [Colour, Colour][] = colourNames.flatMap((left) =>
  colourNames.map((right): [Colour, Colour] => [left, right]),
)

function picture(left: Colour, right: Colour) {
  const data = new Uint8Array(32 * 32 * 3)
  for (let i = 0; i < 32 * 32; i++) data.set(colours[i % 32 < 16 ? left : right], 3 * i)
  return wholeLook({ width: 32, height: 32, data })
}

async function pooledOf(file: string) {
  const backbone = await resolveBackbone(file)
  const extractor = await openExtractor(backbone, { device: 'cpu', threads: 1, batch: 16 })
  const records = await extractor.extract(pairs.map((pair) => [picture(...pair)]))
  await extractor.close()
  const { dimension } = backbone
  const pooled = Float32Array.from(records.flatMap((record) => [...record!.slice(-dimension)]))
  return { backbone, read: async (first: number, end: number) => pooled.slice(first * dimension, end * dimension) }
}

describe.each([
  ['CLIP’s kind', clipLike],
  ['SigLIP’s kind', siglipLike],
])('towers of %s', (_, write) => {
  test('find in images what the names of labels say', async () => {
    const file = write(temporaryFolder())
    const tower = await findTextTower(file)
    const { backbone, read } = await pooledOf(file)
    // The map is there for what is learnt later on.
    expect(backbone).toMatchObject({ dimension: 5, features: { height: 4, width: 4 }, pooled: { from: 'output' } })
    const names = await nameVectors(tower!, colourNames)
    const logits = await nameLogits(backbone, tower!, names, pairs.length, read, { device: 'cpu' })
    const found = pairs.map((_, row) => colourNames.filter((_, c) => logits[row * colourNames.length + c] > 0))
    expect(found).toEqual(pairs.map((pair) => colourNames.filter((name) => pair.includes(name))))
  })

  test('take names of several words, other templates, other languages, and no words at all', async () => {
    const tower = (await findTextTower(write(temporaryFolder())))!
    const { labels, width } = await nameVectors(
      tower,
      ['red', 'RED', 'red_photo', 'ωμέγα ☂', ''],
      'ein bild von {label}',
    )
    const row = (i: number) => [...labels.subarray(i * width, (i + 1) * width)]
    expect(row(1)).toEqual(row(0))
    expect(row(2)).not.toEqual(row(0))
    expect(labels.every(Number.isFinite)).toBe(true)
    await expect(nameVectors(tower, ['red'], 'a photo')).rejects.toMatchObject({ code: 'template-wrong' })
  })

  test('give a text the same vector beside whatever others, however long', async () => {
    const tower = (await findTextTower(write(temporaryFolder())))!
    const alone = await textVectors(tower, ['a photo of a red'])
    const many = await textVectors(tower, [
      ...Array.from({ length: 40 }, (_, i) => 'photo of '.repeat(i)),
      'a photo of a red',
    ])
    expect(many.vectors.slice(-many.width)).toEqual(alone.vectors)
  })
})

test('vectors of names are kept, until the model or the question is another', async () => {
  const folder = temporaryFolder()
  const tower = (await findTextTower(clipLike(folder)))!
  // Whole seconds: they can be set again exactly.
  const long = new Date('2020-01-01')
  utimesSync(tower.encoder, long, long)
  const first = await nameVectors(tower, ['red', 'blue'])
  // What is kept needs no model: one that can't be loaded is not asked.
  const whole = readFileSync(tower.encoder)
  writeFileSync(tower.encoder, new Uint8Array(whole.length))
  utimesSync(tower.encoder, long, long)
  expect((await nameVectors(tower, ['red', 'blue'])).labels).toEqual(first.labels)
  await expect(nameVectors(tower, ['red', 'green'])).rejects.toThrow()
  await expect(nameVectors(tower, ['red', 'blue'], 'ein bild von {label}')).rejects.toThrow()
  utimesSync(tower.encoder, long, new Date())
  await expect(nameVectors(tower, ['red', 'blue'])).rejects.toThrow()
  writeFileSync(tower.encoder, whole)
  expect((await nameVectors(tower, ['red', 'blue'])).labels).toEqual(first.labels)
})

test('a question has the name in its place, its words apart', () => {
  expect(promptOf('a photo of a {label}', 'traffic_light')).toBe('a photo of a traffic light')
  expect(promptOf('{label}, {label}', ' two  words ')).toBe('two words, two words')
})

test('what is not there or can’t be used is said in a sentence', async () => {
  const folder = temporaryFolder()
  const file = clipLike(folder)
  const tower = (await findTextTower(file))!
  writeFileSync(path.join(folder, 'tokenizer.json'), '{"model": {}}')
  await expect(textVectors(tower, ['red'])).rejects.toMatchObject({
    code: 'text-tower-unreadable',
    message: expect.stringContaining('tokenizer'),
  })
  writeFileSync(path.join(folder, 'text_model.onnx'), readFileSync(file))
  clipLike(temporaryFolder())
  const other = (await findTextTower(clipLike(temporaryFolder())))!
  await expect(textVectors({ ...other, encoder: file }, ['red'])).rejects.toMatchObject({
    code: 'text-tower-unreadable',
    message: expect.stringContaining('pixel_values'),
  })
  await expect(textVectors({ ...other, output: 'nothing' }, ['red'])).rejects.toMatchObject({
    message: expect.stringContaining('“nothing”'),
  })
  rmSync(path.join(folder, 'text_model.onnx'))
  expect(await findTextTower(file)).toBeUndefined()
  expect(await findTextTower('surmise-tiny')).toBeUndefined()
})

test('a model that gives out its last layer, too, and whose text encoder comes later, keeps its features', async () => {
  const folder = temporaryFolder()
  const file = clipLike(folder)
  const whole = decodeModel(readFileSync(file))
  // As published exports have it: the map, and the projected vector.
  const map = whole.graph.node.find(({ op_type }) => op_type === 'Relu')!.output[0]
  whole.graph.output.push({ name: map })
  writeFileSync(file, encodeModel(whole))
  const text = { encoder: 'later.onnx', tokenizer: 'tokenizer.json' }
  writeFileSync(`${file}.json`, JSON.stringify({ text }))
  const before = await pooledOf(file)
  expect(before.backbone).toMatchObject({ pooled: { from: 'output' }, dimension: 5 })
  renameSync(path.join(folder, 'text_model.onnx'), path.join(folder, 'later.onnx'))
  const { backbone, read } = await pooledOf(file)
  expect(backbone.identity).toBe(before.backbone.identity)
  const tower = (await findTextTower(file))!
  const logits = await nameLogits(backbone, tower, await nameVectors(tower, colourNames), pairs.length, read, {
    device: 'cpu',
  })
  expect(pairs.map((_, row) => colourNames.filter((_, c) => logits[row * colourNames.length + c] > 0))).toEqual(
    pairs.map((pair) => colourNames.filter((name) => pair.includes(name))),
  )
})
