import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import { formatById, formats } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { csvLine, neutralised, restored } from '../../src/main/exchange/write/csvCells.ts'
import { writeSuggestionsCsv } from '../../src/main/exchange/write/suggestionsCsv.ts'
import { temporaryFile, temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

const csv = formatById('csv')

function pets(): MemoryProject {
  const project = new MemoryProject()
  for (const name of ['a.jpg', 'sub/b, c.jpg', 'd.jpg']) project.image(name)
  return project
}

async function planOf(text: string | Buffer, project = pets()): Promise<ImportPlan> {
  return ImportPlan.make('csv', await csv.read!(temporaryFile('x.csv', text), {}), project.target())
}

async function toldBy(text: string | Buffer): Promise<MemoryProject['told'] extends () => infer T ? T : never> {
  const project = pets()
  await (await planOf(text, project)).apply(project)
  return project.told()
}

const expected = { 'a.jpg': { dog: 'present', 'black "cat"': 'absent' }, 'sub/b, c.jpg': { dog: 'absent' } }

describe('reading CSV', () => {
  test.each([
    ['plain', 'image,label,value\na.jpg,dog,present\na.jpg,"black ""cat""",absent\n"sub/b, c.jpg",dog,absent\n'],
    [
      'with a byte order mark and Windows line ends',
      '\ufeffimage,label,value\r\na.jpg,dog,present\r\na.jpg,"black ""cat""",absent\r\n"sub/b, c.jpg",dog,absent',
    ],
    [
      'semicolons, as German Excel writes',
      'Image;Label;Value\na.jpg;dog;Present\na.jpg;"black ""cat""";ABSENT\nsub/b, c.jpg;dog;absent\n',
    ],
    ['tabs', 'image\tlabel\tvalue\na.jpg\tdog\tpresent\na.jpg\t"black ""cat"""\tabsent\nsub/b, c.jpg\tdog\tabsent\n'],
    [
      'other columns and another order',
      'note,value,label,image\nx,present,dog,a.jpg\n,absent,"black ""cat""",a.jpg\n"y, z",absent,dog,"sub/b, c.jpg"\n',
    ],
    [
      'empty lines, and lines without a value',
      '\nimage,label,value\n\na.jpg,dog,present\n,,\na.jpg,"black ""cat""",absent\n"sub/b, c.jpg",dog,absent\nd.jpg,dog,unknown\n\n',
    ],
    [
      'quoted line ends',
      'image,label,value,note\na.jpg,dog,present,"two\nlines"\na.jpg,"black ""cat""",absent,\n"sub/b, c.jpg",dog,absent,\n',
    ],
  ])('%s', async (_, text) => {
    expect(await toldBy(text)).toEqual(expected)
  })

  test('lists lines that are wrong, with their numbers, and takes the rest', async () => {
    const project = pets()
    const plan = await planOf(
      'image,label,value\na.jpg,dog,maybe\na.jpg,dog\n,dog,present\na.jpg,,present\nd.jpg,dog,present\nz.jpg,dog,absent\n',
      project,
    )
    expect(plan.preview.problems).toMatchObject([
      { code: 'value-unknown', count: 2, examples: ['line 2: maybe', 'line 3: '] },
      {
        code: 'line-incomplete',
        count: 2,
        examples: [expect.stringContaining('line 4'), expect.stringContaining('line 5')],
      },
    ])
    expect(plan.preview.images).toMatchObject({ inFile: 2, matched: 1, unmatchedPaths: ['z.jpg'] })
    await plan.apply(project)
    expect(project.told()).toEqual({ 'd.jpg': { dog: 'present' } })
  })

  test('a pair that is both present and absent stays unknown, and is listed', async () => {
    const plan = await planOf(
      'image,label,value\na.jpg,dog,present\na.jpg,dog,absent\na.jpg,cat,present\na.jpg,CAT,present\n',
    )
    expect(plan.preview.states).toMatchObject({ present: 1, absent: 0 })
    expect(plan.preview.problems).toMatchObject([
      { code: 'label-twice' },
      { code: 'contradictory', examples: ['a.jpg: dog'] },
    ])
  })

  test('asks for the rest only where nothing is said to be absent', async () => {
    expect(
      (await planOf('image,label,value\na.jpg,dog,present\nd.jpg,cat,present\nd.jpg,dog,unknown\n')).preview.rest,
    ).toBe(1)
    expect((await planOf('image,label,value\na.jpg,dog,absent\n')).preview.rest).toBeNull()
  })

  test.each([
    ['', 'empty'],
    ['a.jpg,dog,maybe\n', 'first line'],
    ['file,label,what\n', 'first line'],
    [`image,label,value\n"a.jpg,dog,present\n${'x,y,z\n'.repeat(10)}`, 'isn’t closed'],
    [`image,label,value\n"${'x'.repeat(3_000_000)}",dog,present\n`, 'too long'],
    [`image,label,value\n${'x'.repeat(3_000_000)}`, 'too long'],
  ])('%.40j is a sentence', async (text, reason) => {
    await expect(planOf(text)).rejects.toMatchObject({ code: 'not-csv', message: expect.stringContaining(reason) })
  })

  test('other encodings are a sentence, too', async () => {
    const text = 'image,label,value\na.jpg,Bär,present\n'
    await expect(planOf(Buffer.from(text, 'latin1'))).rejects.toMatchObject({ code: 'not-utf8' })
    await expect(csv.read!('/nowhere/x.csv', {})).rejects.toMatchObject({ code: 'enoent' })
    await expect(csv.read!('/tmp', {})).rejects.toMatchObject({ code: 'eisdir' })
  })

  test('the character that stands for what can’t be read is one of a name like any other', async () => {
    const plan = await planOf('image,label,value\na.jpg,\ufffd,present\n')
    expect(plan.preview.labels).toMatchObject([{ name: '\ufffd', known: false, present: 1 }])
  })

  test('can be cancelled', async () => {
    const file = temporaryFile('x.csv', `image,label,value\n${'a.jpg,dog,present\n'.repeat(50_000)}`)
    const controller = new AbortController()
    const work = csv.read!(file, { signal: controller.signal, onProgress: () => controller.abort() })
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('writing CSV', () => {
  test('one line for each known state, in the order of images and labels', async () => {
    const project = pets()
    const [cat, dog] = [project.label('=cat'), project.label('dog')]
    project.mark(2, dog, -1)
    project.mark(2, cat, 1)
    project.mark(1, dog, 1)
    const file = path.join(temporaryFolder(), 'x.csv')
    const report = await csv.write!(project.source(), file, { appVersion: '0' })
    expect(readFileSync(file, 'utf8')).toBe(
      'image,label,value\na.jpg,dog,present\n"sub/b, c.jpg",\'=cat,present\n"sub/b, c.jpg",dog,absent\n',
    )
    expect(report).toMatchObject({ present: 2, absent: 1, images: 2 })
    expect(report.warnings.map(({ code, count }) => [code, count])).toEqual([['unlabelled', 1]])
  })

  test('a cell that a spreadsheet would run is neutralised, and comes back as it was', () => {
    for (const text of ['=1', '+1', '-1', '@a', '\ta', '\ra', '\na', '＝1', "'=1", "''@"]) {
      expect(neutralised(text)).toBe(`'${text}`)
    }
    for (const text of ['a=1', "'a", "it's", '', ' =1', '1-2']) expect(neutralised(text)).toBe(text)
    const trap = fc.array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\n', 'a', '＝'), { maxLength: 6 })
    fc.assert(
      fc.property(
        fc.oneof(
          trap.map((parts) => parts.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          expect(restored(neutralised(text))).toBe(text)
          expect(/^[=+\-@\t\r\n＝＋－＠]/.test(neutralised(text))).toBe(false)
        },
      ),
    )
  })

  test('cells are quoted where they must be', () => {
    expect(csvLine(['a', 'b c', 'é'])).toBe('a,b c,é\n')
    expect(csvLine(['a,b', 'c"d', 'e\nf', ' g', 'h;i', 'j'])).toBe('"a,b","c""d","e\nf"," g","h;i",j\n')
  })

  test('suggestions', async () => {
    const file = path.join(temporaryFolder(), 's.csv')
    const rows = [
      { image: 'a.jpg', label: 'dog', probability: 0.987654321, suggestion: 'present' as const },
      { image: '-b,c.jpg', label: '=x', probability: 0.000000012, suggestion: 'absent' as const },
    ]
    expect(await writeSuggestionsCsv(file, rows)).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe(
      'image,label,probability,suggestion\na.jpg,dog,0.987654,present\n"\'-b,c.jpg",\'=x,0,absent\n',
    )
  })

  test('cancelled, leaves nothing', async () => {
    const folder = temporaryFolder()
    const row = { image: 'a.jpg', label: 'dog', probability: 0.5, suggestion: 'present' as const }
    const rows = Array.from({ length: 50_000 }, () => row)
    const signal = AbortSignal.abort()
    await expect(writeSuggestionsCsv(path.join(folder, 's.csv'), rows, { signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(readdirSync(folder)).toEqual([])
  })
})

test('formats are found by name, and by what a file looks like', async () => {
  expect(formats.map(({ id }) => id)).toEqual([...new Set(formats.map(({ id }) => id))])
  expect(formatById('COCO').id).toBe('coco')
  expect(() => formatById('nonsense')).toThrow('no format “nonsense”')
  const found = async (name: string, content: string) => (await formatOf(temporaryFile(name, content))).id
  expect(await found('Labels.JSON', '{"images": []}')).toBe('coco')
  expect(await found('x.tsv', 'image\tlabel\tvalue\n')).toBe('csv')
  expect(await found('x.txt', '\ufeffLabel;Value;Image\n')).toBe('csv')
  expect(await found('x.csv', 'image,dog,cat\n')).toBe('csv-wide')
  expect(await found('x.csv', 'image_name,tags\n')).toBe('tags')
  expect(await found('x.csv', 'ImageID,Source,LabelName,Confidence\n')).toBe('open-images')
  await expect(found('x.doc', 'anything')).rejects.toMatchObject({ code: 'format-unknown' })
})
