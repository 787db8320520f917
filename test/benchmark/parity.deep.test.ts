import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { readSafeTensors } from '../../src/main/base/safetensors.ts'
import { knownMask, packBits } from '../../src/main/benchmark/masks.ts'
import { computeStep } from '../../src/main/benchmark/methodStep.ts'
import { readMethodFixture } from '../../src/main/benchmark/parity/methodFixture.ts'
import { type ParityResult, parity } from '../../src/main/benchmark/parity/parity.ts'
import { parameterShapes } from '../../src/main/sst/parameters.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { surmise } from '../shell/cliProcess.ts'
import { type Tensors, writeSafeTensors } from './fixtures.ts'

const newFolder = () => mkdtempSync(path.join(tmpdir(), 'surmise-parity-'))
const failed = ({ comparisons }: ParityResult) =>
  comparisons.filter(({ passed }) => !passed).map(({ quantity }) => quantity)

/** Copies fixtures of the reference into a new folder. */
function copies(...names: string[]): string {
  const folder = newFolder()
  for (const name of names) copyFileSync(sharedPath('fixtures', name), path.join(folder, name))
  return folder
}

async function change(file: string, edit: (tensors: Tensors) => void): Promise<void> {
  const { tensors, metadata } = await readSafeTensors(file)
  const all = Object.fromEntries(tensors)
  edit(all)
  writeSafeTensors(file, all, metadata)
}

describeWithShared('against the reference’s fixtures', ['fixtures'], () => {
  test('surmise parity prints every quantity, and exits 0', async () => {
    const ended = await surmise(['parity', sharedPath('fixtures'), '--json'])
    expect([ended.code, ended.json.passed, ended.json.failures]).toEqual([0, true, []])
    const quantities = ended.json.quantities as { quantity: string; error: number; bound: number }[]
    expect(quantities.length).toBe(14 + 6 + 42)
    expect(quantities.every(({ error, bound }) => error <= bound)).toBe(true)
  })

  const methods = readdirSync(sharedPath('fixtures')).filter((name) => /^sst_.*\.safetensors$/.test(name))
  test.each(methods)('%s with one gradient off by 1 percent exits 1 and names it', async (name) => {
    const folder = copies(name)
    await change(path.join(folder, name), (tensors) => {
      const { data } = tensors['grad.graph.reset.self.weight']
      const largest = data.reduce((most, x, i) => (Math.abs(x) > Math.abs(data[most]) ? i : most), 0)
      data[largest] *= 1.01
    })
    const ended = await surmise(['parity', folder])
    expect(ended.code).toBe(1)
    expect(ended.output).toMatch(/Bound exceeded: grad\.graph\.reset\.self\.weight of sst_.*: 9\.9e-3, bound 1\.0e-3/)
    expect(ended.output).toContain('1 exceeded their bounds')
  })

  test('each kind of quantity can fail', async () => {
    const name = 'sst_c5_d8_s1.safetensors'
    const edits: [quantity: string, edit: (tensors: Tensors) => void][] = [
      ['output.logits', (t) => (t['output.logits'].data[3] *= 1.1)],
      ['loss.inter_distance', (t) => (t['loss.inter_distance'].data[0] *= 1.001)],
      ['output.intra_target', (t) => (t['output.intra_target'].data[0] = 0.5)],
      ['output.exemplars', (t) => (t['output.exemplars'].data[0] += 1e-6)],
      ['grad.feature_map', (t) => (t['grad.feature_map'].data[0] = Number.NaN)],
      ['adam (off by more than 0.00001)', (t) => t['adam.output.weight'].data.fill(7)],
    ]
    for (const [quantity, edit] of edits) {
      const folder = copies(name)
      await change(path.join(folder, name), edit)
      expect(failed(await parity({ folder }))).toEqual([quantity])
    }
  })

  test('one metric off', async () => {
    const folder = copies('metrics_s21.safetensors', 'metrics_s21.json')
    const file = path.join(folder, 'metrics_s21.json')
    const stored = JSON.parse(readFileSync(file, 'utf8'))
    expect(failed(await parity({ folder }))).toEqual([])
    writeFileSync(file, JSON.stringify({ ...stored, CF1_top3: stored.CF1_top3 + 2e-6 }))
    expect(failed(await parity({ folder }))).toEqual(['CF1_top3'])
    stored.ap_non_interpolated[4] += 1e-5
    writeFileSync(file, JSON.stringify(stored))
    const result = await parity({ folder })
    expect(result.comparisons.find(({ passed }) => !passed)).toMatchObject({
      quantity: 'ap_non_interpolated',
      where: 'label 4',
    })
  })

  test('one bit of a mask flipped', async () => {
    const folder = copies('partial_label_masks.json')
    const file = path.join(folder, 'partial_label_masks.json')
    const stored = JSON.parse(readFileSync(file, 'utf8'))
    const mask = knownMask(5011, 20, 0.5, 0)
    const digest = () => createHash('sha256').update(packBits(mask)).digest('hex')
    expect(digest()).toBe(stored['5011x20'].sha256_of_packed_mask['0.5'])
    mask[777] ^= 1
    stored['5011x20'].sha256_of_packed_mask['0.5'] = digest()
    writeFileSync(file, JSON.stringify(stored))
    const ended = await surmise(['parity', folder, '--json'])
    expect([ended.code, ended.json.passed]).toEqual([1, false])
    expect(ended.json.failures).toEqual([expect.objectContaining({ quantity: '5011x20 masks', where: 'known 0.5' })])
  })

  test('an unusable fixture is one sentence with a way out', async () => {
    const name = 'sst_c5_d8_s1.safetensors'
    const whole = readFileSync(sharedPath('fixtures', name))
    const truncated = newFolder()
    writeFileSync(path.join(truncated, name), whole.subarray(0, whole.length - 100))
    const incomplete = copies(name)
    await change(path.join(incomplete, name), (tensors) => {
      delete tensors['grad.output.bias']
    })
    const mismatched = copies(name)
    await change(path.join(mismatched, name), (tensors) => {
      tensors['input.adjacency'] = { shape: [25], data: tensors['input.adjacency'].data }
    })
    const noSettings = copies(name)
    const { tensors } = await readSafeTensors(path.join(noSettings, name))
    writeSafeTensors(path.join(noSettings, name), Object.fromEntries(tensors), { lr: '0.001' })
    const garbage = newFolder()
    writeFileSync(path.join(garbage, 'partial_label_masks.json'), '{"7x3": {"first_uniforms": [')
    const wrong = newFolder()
    writeFileSync(path.join(wrong, 'partial_label_masks.json'), '{"7x3": {"first_uniforms": ["a"]}}')
    const ended = await surmise(['parity', truncated, '--json'])
    expect([ended.code, ended.json]).toEqual([1, { error: expect.objectContaining({ code: 'not-safetensors' }) }])
    for (const [folder, code, says] of [
      [truncated, 'not-safetensors', 'outside the file'],
      [incomplete, 'fixture-unusable', 'no tensor grad.output.bias'],
      [mismatched, 'fixture-unusable', 'input.adjacency has the shape [25]'],
      [noSettings, 'fixture-unusable', 'no number graph_steps'],
      [copies('metrics_s21.safetensors'), 'fixture-unusable', 'metrics_s21.json'],
      [copies('metrics_s21.json'), 'fixture-unusable', 'metrics_s21.safetensors'],
      [garbage, 'fixture-unusable', 'not JSON'],
      [wrong, 'fixture-unusable', '7x3.first_uniforms.0'],
    ] as const) {
      const comparing = parity({ folder })
      await expect(comparing).rejects.toMatchObject({ name: 'UserError', code, hint: expect.stringMatching(/\w/) })
      await expect(comparing).rejects.toThrow(says)
    }
  })
})

test('a folder without fixtures, or none, is told', async () => {
  const folder = newFolder()
  writeFileSync(path.join(folder, 'notes.txt'), 'nothing')
  await expect(parity({ folder })).rejects.toMatchObject({ name: 'UserError', code: 'no-fixtures' })
  await expect(parity({ folder: path.join(folder, 'none') })).rejects.toMatchObject({ code: 'enoent' })
})

/** A fixture of these sizes with what is computed here in place of the reference's numbers. */
async function ownFixture(file: string, s: { labels: number; images: number; side: number; exemplars: number }) {
  const random = new RandomState(5)
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() / 2),
  })
  const sizes = { labels: s.labels, channels: 6, word: 3, hidden: 4, output: 5 }
  const pairs = (s.labels * (s.labels - 1)) / 2
  const tensors: Tensors = {
    'input.feature_map': tensor(s.images, 6, s.side, s.side),
    'input.word_features': tensor(s.labels, 3),
    'input.adjacency': tensor(s.labels, s.labels),
    'input.target': tensor(s.images, s.labels),
    'input.exemplars': tensor(s.labels, s.exemplars, 6),
    'output.logits': tensor(s.images, s.labels),
    'output.semantic_features': tensor(s.images, s.labels, 6),
    'output.cooccurrence_logits': tensor(s.images, pairs),
    'output.intra_target': tensor(s.images, s.labels),
    'output.inter_target': tensor(s.images, s.labels),
    'output.exemplars': tensor(s.labels, s.exemplars, 6),
    'grad.feature_map': tensor(s.images, 6, s.side, s.side),
  }
  const target = tensors['input.target'].data
  target.forEach((_, i) => {
    target[i] = (i % 3) - 1
  })
  for (const loss of ['total', 'known', 'intra_pseudo', 'inter_pseudo', 'intra_cooccurrence', 'inter_distance']) {
    tensors[`loss.${loss}`] = tensor(1)
  }
  for (const [name, shape] of Object.entries(parameterShapes(sizes))) {
    for (const kind of ['param', 'grad', 'adam']) tensors[`${kind}.${name}`] = tensor(...shape)
  }
  const settings = { graph_steps: '2', intra_margin: '0.4', inter_margin: '0.1', lr: '0.002', weight_decay: '0.001' }
  writeSafeTensors(file, tensors, settings)
  // The bank is filled with the stored features, so it comes after them.
  const store = async (keep: (name: string) => boolean) => {
    const computed = await computeStep(await readMethodFixture(file))
    for (const [name, data] of computed) if (keep(name)) tensors[name].data = data
    writeSafeTensors(file, tensors, settings)
  }
  await store((name) => name === 'output.semantic_features')
  await store(() => true)
  return { tensors, settings }
}

describe('sizes at the edge', () => {
  test.each([
    { labels: 1, images: 4, side: 3, exemplars: 2, leftOut: 'intra.*' },
    { labels: 4, images: 1, side: 3, exemplars: 2, leftOut: 'decoupling.hidden.bias' },
    { labels: 1, images: 1, side: 1, exemplars: 1, leftOut: 'decoupling.*' },
    { labels: 3, images: 5, side: 1, exemplars: 1, leftOut: 'decoupling.*' },
  ])('$labels labels, $images images, $side × $side positions', async ({ leftOut, ...sizes }) => {
    const folder = newFolder()
    const file = path.join(folder, 'sst_edge.safetensors')
    const { tensors, settings } = await ownFixture(file, sizes)
    const agreed = await parity({ folder })
    expect(failed(agreed)).toEqual([])
    expect(agreed.leftOut.map(({ what }) => what)).toContainEqual(expect.stringContaining(leftOut))
    tensors['grad.graph.candidate.self.weight'].data[0] += 1
    writeSafeTensors(file, tensors, settings)
    expect(failed(await parity({ folder }))).toEqual(['grad.graph.candidate.self.weight'])
  })

  test('a mean over nothing, not a number in the fixture, is 0 here, and the total that of the rest', async () => {
    const folder = newFolder()
    const file = path.join(folder, 'sst_single.safetensors')
    const { tensors, settings } = await ownFixture(file, { labels: 1, images: 4, side: 2, exemplars: 2 })
    for (const name of Object.keys(tensors)) if (/\.intra\.|cooccurrence_logits/.test(name)) delete tensors[name]
    tensors['loss.intra_cooccurrence'].data[0] = Number.NaN
    tensors['loss.total'].data[0] = Number.NaN
    writeSafeTensors(file, tensors, settings)
    const result = await parity({ folder })
    expect(failed(result)).toEqual([])
    expect(result.leftOut.map(({ what }) => what)).toContainEqual(expect.stringContaining('loss.intra_cooccurrence'))
    tensors['loss.known'].data[0] += 0.1
    writeSafeTensors(file, tensors, settings)
    expect(failed(await parity({ folder }))).toEqual(['loss.total', 'loss.known'])
  })
})
