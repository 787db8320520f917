import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { SafeTensorsFile } from '../../src/main/base/safetensors.ts'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { npyHeader } from '../../src/main/exchange/read/npyFile.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

const npy = formatById('npy')
const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0

function withImages(...names: string[]): MemoryProject {
  const project = new MemoryProject()
  for (const name of names) project.image(name)
  return project
}

function pets(): MemoryProject {
  const project = withImages('a.jpg', 'sub/b.jpg')
  const [dog, cat] = [project.label('dog'), project.label('cat')]
  project.mark(1, dog, 1)
  project.mark(1, cat, -1)
  project.mark(2, cat, 1)
  return project
}

/** A matrix as numpy.save writes it, with names beside it. */
function matrix(descr: string, shape: string, data: Buffer, names: unknown, order = 'False'): string {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`
  const head = Buffer.alloc(10)
  Buffer.from('\x93NUMPY\x01\x00', 'latin1').copy(head)
  head.writeUInt16LE(text.length, 8)
  const file = temporaryFile('x.npy', Buffer.concat([head, Buffer.from(text), data]))
  writeFileSync(file.replace('.npy', '.names.json'), JSON.stringify(names))
  return file
}

const names = { images: ['a.jpg', 'b.jpg'], labels: ['dog', 'cat', 'bird'] }

async function toldBy(file: string, settings: Record<string, string> = {}) {
  const project = withImages('a.jpg', 'b.jpg')
  const plan = await ImportPlan.make('npy', await npy.read!(file, { settings }), project.target())
  await plan.apply(project)
  return { told: project.told(), preview: plan.preview }
}

describe('NumPy', () => {
  const told = { 'a.jpg': { dog: 'present', cat: 'absent' }, 'b.jpg': { bird: 'present' } }

  test.each([
    ['|i1', Buffer.from(Int8Array.of(1, -1, 0, 0, 0, 1).buffer), 'False'],
    ['|i1', Buffer.from(Int8Array.of(1, 0, -1, 0, 0, 1).buffer), 'True'],
    ['<i8', Buffer.from(BigInt64Array.of(1n, -1n, 0n, 0n, 0n, 1n).buffer), 'False'],
    ['<f4', Buffer.from(Float32Array.of(1, -1, 0, Number.NaN, 0, 1).buffer), 'False'],
    ['>i2', Buffer.from([0, 1, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1]), 'False'],
    ['<f2', Buffer.from(Float16Array.of(1, -1, 0, 0, -0, 1).buffer), 'False'],
  ])('%s, in either order', async (descr, data, order) => {
    const { told: found, preview } = await toldBy(matrix(descr, '(2, 3)', data, names, order))
    expect(found).toEqual(told)
    expect(preview).toMatchObject({ problems: [], rest: null })
  })

  test('without −1 it is asked what 0 is; numbers of other kinds are listed', async () => {
    const file = matrix('|b1', '(2, 3)', Buffer.from([1, 0, 0, 0, 1, 0]), names)
    expect((await toldBy(file)).preview.rest).toBe(4)
    expect((await toldBy(file, { zero: 'absent' })).told).toMatchObject({ 'b.jpg': { dog: 'absent', cat: 'present' } })
    const odd = await toldBy(matrix('|u1', '(2, 3)', Buffer.from([1, 2, 7, 0, 0, 0]), names))
    expect(odd.preview.problems).toMatchObject([
      { code: 'value-unknown', count: 2, examples: ['row 0, column 1: 2', 'row 0, column 2: 7'] },
    ])
  })

  test.each([
    ['', 'not-npy'],
    ['\x93NUMPY', 'not-npy'],
    ['x'.repeat(200), 'not-npy'],
    [`\x93NUMPY\x02\x00\xff\xff\xff\x7f${'x'.repeat(200)}`, 'not-npy'],
  ])('%j is a sentence', async (text, code) => {
    const file = temporaryFile('x.npy', Buffer.from(text, 'latin1'))
    writeFileSync(file.replace('.npy', '.names.json'), JSON.stringify(names))
    await expect(npy.read!(file, {})).rejects.toMatchObject({ code, name: 'UserError' })
  })

  test.each([
    ['|O', '(2, 3)', 'not-npy'],
    ['<U4', '(2, 3)', 'not-npy'],
    ['|i1', '(6,)', 'not-npy'],
    ['|i1', '()', 'not-npy'],
    ['|i1', '(2, 4)', 'not-npy'],
    ['|i1', '(999999999999, 999999999999)', 'not-npy'],
    ['|i1', '(3, 2)', 'npy-names'],
  ])('%s of shape %s is a sentence', async (descr, shape, code) => {
    await expect(npy.read!(matrix(descr, shape, Buffer.alloc(6), names), {})).rejects.toMatchObject({ code })
  })

  test('names that are none, or nowhere', async () => {
    await expect(
      npy.read!(matrix('|i1', '(2, 3)', Buffer.alloc(6), { images: [1], labels: [] }), {}),
    ).rejects.toMatchObject({ code: 'npy-names' })
    const alone = temporaryFile('x.npy', Buffer.concat([npyHeader(2, 3), Buffer.alloc(6)]))
    await expect(npy.read!(alone, {})).rejects.toMatchObject({ code: 'npy-names' })
    writeFileSync(alone.replace('.npy', '.images.txt'), 'a.jpg\nb.jpg\n')
    writeFileSync(alone.replace('.npy', '.labels.txt'), 'dog\r\ncat\r\nbird')
    expect((await npy.read!(alone, {})).labels.map((label) => label!.name)).toEqual(['dog', 'cat', 'bird'])
    expect((await formatOf(alone)).id).toBe('npy')
  })

  test.skipIf(!hasNumpy)('NumPy reads what we write, and we what it writes', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'x.npy')
    await npy.write!(pets().source(), file, { appVersion: '0' })
    const script = `
import numpy, json, sys
m = numpy.load(sys.argv[1]); n = json.load(open(sys.argv[1][:-4] + '.names.json'))
print(json.dumps([str(m.dtype), m.tolist(), n]))
numpy.save(sys.argv[1], numpy.asfortranarray(m.astype('float64')))
`
    const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([
      'int8',
      [
        [1, -1],
        [0, 1],
      ],
      { images: ['a.jpg', 'sub/b.jpg'], labels: ['dog', 'cat'] },
    ])
    const project = withImages('a.jpg', 'sub/b.jpg')
    const plan = await ImportPlan.make('npy', await npy.read!(file, {}), project.target())
    await plan.apply(project)
    expect(project.told()).toEqual(pets().told())
  })
})

describe('features', () => {
  const features = formatById('features')
  const source = (rows: { id: number; path: string }[]) => ({
    ...pets().source(),
    features: {
      ...{ backbone: 'tiny', dimension: 3, images: rows },
      read: async (wanted: readonly number[]) => Float32Array.from(wanted.flatMap((row) => [row, row + 0.5, -row])),
    },
  })

  test('vectors, what is known, and the names of both, as safetensors', async () => {
    const file = path.join(temporaryFolder(), 'x.safetensors')
    const rows = [
      { id: 2, path: 'sub/b.jpg' },
      { id: 1, path: 'a.jpg' },
    ]
    for (const [dtype, Numbers] of [
      ['F32', Float32Array],
      ['F16', Float16Array],
    ] as const) {
      const report = await features.write!(source(rows), file, { appVersion: '0', settings: { dtype } })
      expect(report).toMatchObject({ images: 2, present: 2, absent: 1, warnings: [] })
      const opened = await SafeTensorsFile.open(file)
      expect(opened.shapeOf('features')).toEqual([2, 3])
      expect(await opened.read('features')).toEqual(Numbers.from([1, 1.5, -1, 0, 0.5, -0]))
      expect([...(await opened.read('labels'))]).toEqual([1, -1, 0, 1])
      expect(opened.metadata).toMatchObject({
        backbone: 'tiny',
        images: '["a.jpg","sub/b.jpg"]',
        labels: '["dog","cat"]',
      })
      await opened.close()
      expect(readFileSync(file).readBigUInt64LE() % 8n).toBe(0n)
    }
  })

  test('without features there is a sentence; images without are told', async () => {
    const file = path.join(temporaryFolder(), 'x.safetensors')
    await expect(features.write!(pets().source(), file, { appVersion: '0' })).rejects.toMatchObject({
      code: 'no-features',
    })
    const report = await features.write!(source([{ id: 2, path: 'sub/b.jpg' }]), file, { appVersion: '0' })
    expect(report.warnings.map(({ code, count }) => [code, count])).toEqual([['no-features', 1]])
  })
})
