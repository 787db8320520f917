import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { readRenames, renamesOf } from '../../src/main/exchange/plan/renames.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

function pets(): MemoryProject {
  const project = new MemoryProject()
  for (const name of ['a.jpg', 'sub/b.jpg', 'c.png']) project.image(name)
  return project
}

async function planOf(
  format: string,
  text: string,
  settings: Record<string, string> = {},
  project = pets(),
): Promise<ImportPlan> {
  const file = temporaryFile('x.csv', text)
  return ImportPlan.make(format, await formatById(format).read!(file, { settings }), project.target())
}

async function toldBy(format: string, text: string, settings: Record<string, string> = {}) {
  const project = pets()
  await (await planOf(format, text, settings, project)).apply(project)
  return project.told()
}

describe('one column a label', () => {
  const told = { 'a.jpg': { dog: 'present', cat: 'absent' }, 'sub/b.jpg': { cat: 'present' } }

  test.each([
    ['numbers', 'image,dog,cat\na.jpg,1,0\nsub/b.jpg,,1\n', {}],
    ['signs', 'filename;dog;cat\na.jpg;+1;-1\nsub/b.jpg;;1\n', {}],
    ['floats', 'id,dog,cat\na.jpg,1.0,0.0\nsub/b.jpg,nan,1.0\n', {}],
    ['words', 'image\tdog\tcat\na.jpg\tTRUE\tFalse\nsub/b.jpg\t?\tyes\n', {}],
    [
      'words of one’s own',
      'image,dog,cat\na.jpg,oui,non\nsub/b.jpg,peut-être,oui\n',
      {
        ...{ present: 'Oui', absent: 'non', unknown: 'peut-être' },
      },
    ],
    ['another first column', 'split,photo,dog,cat\ntrain,a.jpg,1,0\ntest,sub/b.jpg,,1\n', { image: 'Photo' }],
    ['0 and −1, −1 absent', 'image,dog,cat\na.jpg,1,-1\nsub/b.jpg,0,1\n', { numbers: 'minus-absent' }],
    ['0 and −1, 0 absent', 'image,dog,cat\na.jpg,1,0\nsub/b.jpg,-1,1\n', { numbers: 'zero-absent' }],
  ])('%s', async (_, text, settings) => {
    expect(await toldBy('csv-wide', text, settings)).toEqual(told)
  })

  test('0 and −1 in one file are asked about, not guessed', async () => {
    for (const text of ['image,dog,cat\na.jpg,1,-1\nsub/b.jpg,0,1\n', 'image,dog\na.jpg,0\nc.png,-1\n']) {
      await expect(planOf('csv-wide', text)).rejects.toMatchObject({
        code: 'values-ambiguous',
        hint: expect.stringContaining('numbers'),
      })
    }
    await expect(planOf('csv', 'image,label,value\na.jpg,dog,0\na.jpg,cat,-1\n')).rejects.toMatchObject({
      code: 'values-ambiguous',
    })
  })

  test('columns that are none of labels are told of; empty ones are labels', async () => {
    const plan = await planOf('csv-wide', 'image,split,dog,bird,width\na.jpg,train,1,,640\nz.jpg,test,maybe,,480\n')
    expect(plan.preview.labels.map(({ name }) => name)).toEqual(['dog', 'bird'])
    expect(plan.preview.problems.map(({ code, examples }) => [code, examples])).toEqual([
      ['column-metadata', ['split', 'width']],
      ['value-unknown', ['line 3, dog: maybe']],
    ])
    expect(plan.preview).toMatchObject({ rest: 1, images: { unmatchedPaths: ['z.jpg'] } })
    const leaving = await planOf('csv-wide', 'image,split,dog\na.jpg,train,1\n', { ignore: 'Split' })
    expect(leaving.preview.problems).toEqual([])
    // Facts about an image may be labels all the same.
    const chosen = await planOf('csv-wide', 'image,fold,set,dog\na.jpg,1,0,1\n', { labels: 'fold, dog' })
    expect(chosen.preview.labels.map(({ name }) => name)).toEqual(['fold', 'dog'])
  })

  test.each([
    ['', 'empty'],
    ['dog,cat\n1,0\n', 'column of images'],
    ['image\na.jpg\n', 'names no label'],
  ])('%j is a sentence', async (text, reason) => {
    await expect(planOf('csv-wide', text)).rejects.toMatchObject({
      code: 'not-csv',
      message: expect.stringContaining(reason),
    })
  })

  test('writes what readers of one kind or another want', async () => {
    const project = pets()
    const [dog, cat] = [project.label('dog'), project.label('a,cat')]
    project.mark(1, dog, 1)
    project.mark(1, cat, -1)
    project.mark(2, cat, 1)
    const written = async (name: string, values?: string) => {
      const file = path.join(temporaryFolder(), name)
      const settings = values ? { values } : undefined
      await formatById('csv-wide').write!(project.source(), file, { appVersion: '0', settings })
      return readFileSync(file, 'utf8')
    }
    expect(await written('x.csv')).toBe('image,dog,"a,cat"\na.jpg,1,0\nsub/b.jpg,,1\nc.png,,\n')
    expect(await written('x.csv', '1-minus-0')).toBe('image,dog,"a,cat"\na.jpg,1,-1\nsub/b.jpg,0,1\nc.png,0,0\n')
    expect(await written('x.tsv', 'true-false-empty')).toBe(
      'image\tdog\t"a,cat"\na.jpg\ttrue\tfalse\nsub/b.jpg\t\ttrue\nc.png\t\t\n',
    )
  })
})

describe('tags', () => {
  test('as Kaggle has them: without extensions, the rest is asked', async () => {
    const plan = await planOf('tags', 'image_name,tags\na,dog  cat\nb,cat\nc,\n')
    expect(plan.preview).toMatchObject({
      states: { present: 3 },
      rest: 1,
      restEmpty: { images: 1, pairs: 2 },
      images: { matched: 3, by: { path: 2, name: 1 } },
    })
    expect(await toldBy('tags', 'id,labels\na.jpg,"big dog, cat"\n', { separator: 'comma' })).toEqual({
      'a.jpg': { 'big dog': 'present', cat: 'present' },
    })
  })

  test('what it can’t say is told', async () => {
    const project = pets()
    const [dog, cat] = [project.label('big dog'), project.label('big_dog')]
    project.mark(1, dog, 1)
    project.mark(1, cat, -1)
    project.mark(2, cat, 1)
    const file = path.join(temporaryFolder(), 'x.csv')
    const write = (complete: boolean) =>
      formatById('tags').write!(project.source(), file, { appVersion: '0', complete })
    const report = await write(false)
    expect(readFileSync(file, 'utf8')).toBe('image_name,tags\na.jpg,big_dog_\nsub/b.jpg,big_dog\n')
    expect(readFileSync(report.files[1], 'utf8')).toBe('tag,label\nbig_dog_,big dog\n')
    expect(report).toMatchObject({ present: 2, absent: 0, images: 2 })
    expect(report.warnings.map(({ code, count }) => [code, count])).toEqual([
      ['name-changed', 1],
      ['absent-unsaid', 1],
      ['unknown-unsaid', 1],
      ['unlabelled', 1],
    ])
    expect((await write(true)).warnings.map(({ code, count }) => [code, count])).toEqual([
      ['name-changed', 1],
      ['absent-unsaid', 1],
      ['incomplete', 2],
    ])
  })
})

describe('Open Images', () => {
  test('names from the descriptions beside it; sources and codes are kept, and go out again', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'labels.csv')
    writeFileSync(
      path.join(folder, 'oidv6-class-descriptions.csv'),
      'LabelName,DisplayName\n/m/0bt9lr,Dog\n/m/01yrx,Cat\n',
    )
    writeFileSync(
      file,
      'ImageID,Source,LabelName,Confidence\na,crowdsource-verification,/m/0bt9lr,1\na,verification,/m/01yrx,0\nb,machine,/m/01yrx,0.8\nb,verification,/m/zzz,1\nb,verification,/m/01yrx,2\n',
    )
    const project = pets()
    const plan = await ImportPlan.make('open-images', await formatById('open-images').read!(file, {}), project.target())
    expect(plan.preview).toMatchObject({ rest: null, suggestions: { pairs: 1 }, images: { by: { path: 1, name: 1 } } })
    expect(plan.preview.problems.map(({ code }) => code)).toEqual(['label-unnamed', 'value-unknown'])
    await plan.apply(project)
    expect(project.told()).toEqual({ 'a.jpg': { Dog: 'present', Cat: 'absent' }, 'sub/b.jpg': { '/m/zzz': 'present' } })
    expect(project.statesOf(1).map(({ annotator, source }) => [annotator, source])).toEqual([
      ['crowdsource-verification', 'import'],
      ['verification', 'import'],
    ])
    const out = path.join(temporaryFolder(), 'out.csv')
    const report = await formatById('open-images').write!(project.source(), out, { appVersion: '0' })
    expect(readFileSync(out, 'utf8').split('\n').slice(0, 3)).toEqual([
      'ImageID,Source,LabelName,Confidence',
      'a,crowdsource-verification,/m/0bt9lr,1',
      'a,verification,/m/01yrx,0',
    ])
    expect(readFileSync(report.files[1], 'utf8')).toBe('/m/0bt9lr,Dog\n/m/01yrx,Cat\n/surmise/3,/m/zzz\n')
  })

  test('without descriptions labels are called by their codes, and that is told', async () => {
    const plan = await planOf('open-images', 'ImageID,LabelName\na,/m/1\n')
    expect(plan.preview.labels.map(({ name }) => name)).toEqual(['/m/1'])
    expect(plan.preview.problems.map(({ code }) => code)).toEqual(['no-descriptions'])
    await expect(planOf('open-images', 'a,b\n')).rejects.toMatchObject({ code: 'not-open-images' })
  })
})

describe('names of labels', () => {
  const text = 'image,label,value\na.jpg,Dog,present\na.jpg,café,present\na.jpg,cat,present\n'

  async function plan(renames: Map<string, string>): Promise<ImportPlan> {
    const project = pets()
    project.label('dog')
    project.label('Cafe')
    const file = temporaryFile('x.csv', text)
    return ImportPlan.make('csv', await formatById('csv').read!(file, {}), project.target(), { renames })
  }

  test('the same but for case is the same, and told; but for accents it is another, and told', async () => {
    const { preview } = await plan(new Map())
    expect(preview.labels).toMatchObject([
      { name: 'dog', known: true },
      { name: 'café', known: false },
      { name: 'cat', known: false },
    ])
    expect(preview.problems.map(({ code, examples }) => [code, examples])).toEqual([
      ['label-case', ['Dog: dog']],
      ['label-similar', ['café: Cafe']],
    ])
  })

  test('synonyms are what a person says, in a file or in words', async () => {
    const file = temporaryFile('names.csv', 'from,to\ncafé,Cafe\ncat,\nbird,dog\n')
    const { preview } = await plan(await readRenames(file))
    expect(preview.labels).toMatchObject([
      { name: 'dog', known: true },
      { name: 'Cafe', known: true },
    ])
    expect(preview.problems.map(({ code }) => code)).toEqual(['label-case', 'rename-unused'])
    expect(renamesOf(['cat=dog', 'a=b=c', 'x='])).toEqual(
      new Map([
        ['cat', 'dog'],
        ['a=b', 'c'],
        ['x', ''],
      ]),
    )
    expect((await plan(renamesOf(['cat=Dog']))).preview.labels).toHaveLength(2)
    expect(() => renamesOf(['nothing'])).toThrow('which label to map')
    await expect(readRenames(temporaryFile('names.csv', 'a,b,c\n'))).rejects.toMatchObject({ code: 'rename' })
  })

  test('an image at hand is known by its content where its path says nothing', async () => {
    const project = new MemoryProject()
    const { createHash } = await import('node:crypto')
    project.image('deep/IMG_1.jpg', { sha256: createHash('sha256').update('picture').digest('hex') })
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'x'))
    writeFileSync(path.join(folder, 'x', 'other.jpg'), 'picture')
    const { Collected } = await import('../../src/main/exchange/read/collected.ts')
    const collected = new Collected()
    const image = collected.imageOf('x/other.jpg', { file: path.join(folder, 'x', 'other.jpg') })
    collected.states.push(image, collected.labelOf('dog'), 1)
    const { preview } = await ImportPlan.make('x', collected, project.target())
    expect(preview.images).toMatchObject({ matched: 1, by: { sha256: 1 } })
  })

  test('of several images of one name, content says which one a flattened folder means', async () => {
    const { createHash } = await import('node:crypto')
    const { detect, readLabels } = await import('../../src/main/exchange/formats/detect.ts')
    const project = new MemoryProject()
    const contentOf = (text: string) => ({ sha256: createHash('sha256').update(text).digest('hex') })
    project.image('x.jpg', contentOf('root'))
    project.image('sub/x.jpg', contentOf('below'))
    // As FiftyOne writes sub/x.jpg first, and x.jpg after it.
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'data'))
    writeFileSync(path.join(folder, 'data', 'x.jpg'), 'below')
    writeFileSync(path.join(folder, 'data', 'x-2.jpg'), 'root')
    const labels = { classes: ['dog', 'cat'], labels: { x: 'dog', 'x-2': 'cat' } }
    writeFileSync(path.join(folder, 'labels.json'), JSON.stringify(labels))
    const found = await detect(folder)
    const collected = await readLabels(found.format, folder, {}, found.place)
    const plan = await ImportPlan.make('x', collected, project.target())
    await plan.apply(project)
    expect(project.told()).toEqual({ 'x.jpg': { cat: 'present' }, 'sub/x.jpg': { dog: 'present' } })
  })
})
