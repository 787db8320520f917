import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readLabelledFolder } from '../../src/main/benchmark/folder.ts'
import { scoreHidden } from '../../src/main/benchmark/score.ts'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { cnn } from '../backbone/families.ts'
import { surmise } from '../shell/cliProcess.ts'
import { newFolder, paint, write } from './layouts.ts'

function folderOf(table: string, images: string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-benchmark-'))
  mkdirSync(path.join(folder, 'images'))
  writeFileSync(path.join(folder, 'labels.tsv'), table)
  for (const image of images) writeFileSync(path.join(folder, 'images', image), image)
  return folder
}

const head = 'image\tsplit\tlabels\n'

test('a labelled folder is read in its order, rare labels aside', async () => {
  const folder = folderOf(`${head}b.jpg\ttrain\tdog cat\na.jpg\tval\tdog\nc.jpg\tval\t\n`, ['a.jpg', 'b.jpg', 'c.jpg'])
  const all = await readLabelledFolder(folder, 1)
  expect(all.labels).toEqual(['cat', 'dog'])
  expect(all.images.map((image) => path.basename(image.path))).toEqual(['b.jpg', 'a.jpg', 'c.jpg'])
  expect(Array.from(all.truth)).toEqual([1, 1, 0, 1, 0, 0])
  expect((await readLabelledFolder(folder, 2)).labels).toEqual(['dog'])
})

test('a folder that is not as it should be is told in a sentence', async () => {
  const wrong = [
    { folder: tmpdir(), says: 'There is no' },
    { folder: folderOf('name\tlabels\n', []), says: 'does not begin' },
    { folder: folderOf(`${head}a.jpg\ttrain\n`, ['a.jpg']), says: 'Line 2' },
    { folder: folderOf(`${head}a.jpg\ttrain\tdog\n`, []), says: 'a.jpg' },
    { folder: folderOf(`${head}../labels.tsv\ttrain\tdog\n`, []), says: 'not in the folder' },
    { folder: folderOf(head, []), says: 'No label' },
  ]
  for (const { folder, says } of wrong) {
    const reading = readLabelledFolder(folder, 1)
    await expect(reading).rejects.toMatchObject({ code: 'benchmark-folder' })
    await expect(reading).rejects.toThrow(says)
  }
})

test('only hidden pairs count, and only labels with three hidden positives for the mean', () => {
  // Two labels; the second has two hidden positives only. The known pair would spoil the first one's ranking.
  const truth = Uint8Array.of(1, 1, 1, 1, 1, 0, 0, 0, 0, 0)
  const known = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 0)
  const probabilities = Float32Array.of(0.9, 0.2, 0.8, 0.1, 0.7, 0.9, 1, 0.5, 0.1, 0.5)
  const score = scoreHidden(probabilities, truth, known, 2)
  expect(score.mAP).toBeCloseTo(1)
  expect(score.recallAtP90).toBeLessThan(1)
  expect(score.ece).toBeGreaterThan(0)
})

test('interpolated, a positive counts with the best precision from there on', () => {
  const truth = Uint8Array.of(1, 0, 1, 1)
  const score = scoreHidden(Float32Array.of(0.9, 0.8, 0.7, 0.6), truth, new Uint8Array(4), 1)
  expect(score.mAP).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3)
  expect(score.interpolatedMAP).toBeCloseTo((1 + 3 / 4 + 3 / 4) / 3)
})

test('a backbone that does not say how it wants its pixels is measured, and that is said', async () => {
  const folder = folderOf(`${head}a.jpg\ttrain\tdog\n`, ['a.jpg'])
  const graph = new Graph()
  cnn()(graph)
  const file = path.join(newFolder(), 'ours.onnx')
  writeFileSync(file, onnxModel(graph))
  for (const command of ['benchmark', 'simulate']) {
    const said = async (backbone: string) => {
      const args = [command, folder, '--backbone', backbone, '--labels-with-at-least', '1', '--device', 'cpu']
      return (await surmise(args, { home: newFolder() })).errors
    }
    expect(await said(file)).toMatch(
      /ours\.onnx doesn’t state its input normalisation.* 0\.5 ± 0\.5 .*ours\.onnx:imagenet/,
    )
    expect(await said(`${file}:imagenet`)).not.toContain('doesn’t say')
  }
})

test('surmise benchmark --mode faithful --ablate: the published method beside ours, and every part left out in turn', async () => {
  const folder = newFolder()
  const present = (i: number) => [...(i % 2 ? ['car'] : []), ...(i % 3 ? ['dog'] : [])]
  const lines = Array.from({ length: 40 }, (_, i) => `${i}.png\ttrain\t${present(i).join(' ')}\n`)
  write(folder, 'labels.tsv', `${head}${lines.join('')}`)
  for (const i of lines.keys()) await paint(path.join(folder, 'images'), `${i}.png`, present(i), i)
  const args = ['benchmark', folder, '--known', '0.6', '--seeds', '1', '--labels-with-at-least', '2']
  const home = newFolder()
  const ended = await surmise([...args, '--mode', 'faithful', '--ablate', '--device', 'cpu', '--json'], { home })
  expect(ended.code).toBe(0)
  const [row] = ended.json.rows as (Record<string, { mAP: number }> & {
    ablation: { without: string; sst?: { mAP: number }; blend: { mAP: number } }[]
  })[]
  const measures = ['known', 'linear', 'sst', 'blend', 'accepted', 'seconds', 'faithful', 'faithfulSeconds', 'ablation']
  expect(Object.keys(row).sort()).toEqual(measures.sort())
  for (const method of ['blend', 'faithful']) expect(row[method].mAP).toBeGreaterThan(0.7)
  const trained = [
    'maskUnknownPairs',
    'conditionalAdjacency',
    'definedMeans',
    'usedSlotsOnly',
    'pseudoBothWays',
    'separatePairs',
  ]
  const { blend, ablation } = row
  const names = ablation.map(({ without }) => without)
  expect(names).toEqual(['nothing', ...trained, 'heldOutChoice', 'linear', 'map', 'sst', 'vote', 'conditional'])
  // The same seed trains the same model.
  expect(ablation[0].blend).toEqual(blend)
  for (const line of ablation) expect(line.sst !== undefined).toBe(['nothing', ...trained].includes(line.without))
  const wrong = await surmise([...args, '--mode', 'best', '--json'], { home })
  expect(wrong).toMatchObject({ code: 1, json: { error: { code: 'usage' } } })
})
