import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../src/main/exchange/formats/detect.ts'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { withImages } from './cocoProject.ts'
import { temporaryFile } from './folder.ts'

type Told = Record<string, string[]>

/** What is present in each image, as a file of this content says without a word about its format. */
async function presentIn(
  content: string | Uint8Array,
  settings: Record<string, string> = {},
  format?: string,
): Promise<Told> {
  const file = temporaryFile('x.csv', content)
  const read = format === undefined ? await formatOf(file) : formatById(format)
  const collected = await read.read!(file, { settings })
  const told: Told = {}
  for (const image of collected.images) told[image!.path] = []
  for (let row = 0; row < collected.states.length; row++) {
    const { states, images, labels } = collected
    if (states.stateAt(row) === 1) told[images[states.imageAt(row)]!.path].push(labels[states.labelAt(row)]!.name)
  }
  return told
}

const cell = (text: string) => (/[",\n\r;|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

describe('tags in a cell', () => {
  const separators = [', ', ',', ';', '; ', '|', '\n', ' | ']
  const names = [
    'dog',
    'Katze 猫',
    'TV "monitor"',
    'dining table',
    'l’oiseau',
    'no',
    '12:30',
    '007',
    'sofa/couch',
    'C++',
  ]

  test('any of them, with any separator that no name holds, come back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...names), { minLength: 3, maxLength: 8 }),
        fc.array(fc.array(fc.nat(7), { minLength: 0, maxLength: 4 }), { minLength: 25, maxLength: 60 }),
        fc.constantFrom(...separators),
        fc.constantFrom('labels', 'tags', 'Finding Labels', 'class'),
        async (labels, rows, separator, column) => {
          const expected: Told = {}
          for (const [at, row] of rows.entries()) {
            expected[`i${at}.jpg`] = [...new Set(row.map((place) => labels[place % labels.length]))]
          }
          const lines = Object.entries(expected).map(([image, tags]) => `${image},${cell(tags.join(separator))}\n`)
          expect(await presentIn(`image,${column}\n${lines.join('')}`)).toEqual(expected)
        },
      ),
      { numRuns: 80 },
    )
  })

  test('lists of Python, JSON, NumPy; what holds more is none', async () => {
    const lists = (both: string, one: string, none: string) =>
      presentIn(`image,tags\na.jpg,${cell(both)}\nb.jpg,${cell(one)}\nc.jpg,${cell(none)}\n`)
    const expected = { 'a.jpg': ["l'oiseau, bleu", 'dog'], 'b.jpg': ['dog'], 'c.jpg': [] }
    expect(await lists(`["l'oiseau, bleu", 'dog']`, "['dog']", '[]')).toEqual(expected)
    expect(await lists(`["l\\u0027oiseau, bleu","dog"]`, '["dog"]', '[]')).toEqual(expected)
    expect(await lists(`["l'oiseau, bleu" 'dog']`, "['dog']", '[nan]')).toEqual(expected)
    expect(await lists(`("l'oiseau, bleu", 'dog')`, "('dog',)", '()')).toEqual(expected)
    expect(await lists(`{'dog'}`, "{'dog'}", '')).toEqual({ 'a.jpg': ['dog'], 'b.jpg': ['dog'], 'c.jpg': [] })
  })

  test('names of several words that recur are one label, words that recur apart are several', async () => {
    const rows = (...cells: string[]) => `image,label\n${cells.map((text, at) => `${at}.jpg,${text}\n`).join('')}`
    expect(
      await presentIn(rows('dining table', 'sofa', 'dining table', 'dining table', 'potted plant', 'potted plant')),
    ).toMatchObject({
      '0.jpg': ['dining table'],
      '4.jpg': ['potted plant'],
    })
    expect(
      await presentIn(rows('clear primary', 'haze primary', 'clear', 'clear water primary', 'haze')),
    ).toMatchObject({
      '3.jpg': ['clear', 'water', 'primary'],
    })
  })

  test('two readings that are as good are asked about, and both can be chosen', async () => {
    const text = 'image,labels\na.jpg,big dog\nb.jpg,cat\n'
    await expect(presentIn(text)).rejects.toMatchObject({
      code: 'separator-unclear',
      message: expect.stringContaining('“big dog” can be read as “big dog” or as “big”, “dog”'),
      hint: expect.stringContaining('none or space'),
    })
    expect(await presentIn(text, { separator: 'none' })).toMatchObject({ 'a.jpg': ['big dog'] })
    expect(await presentIn(text, { separator: 'space' })).toMatchObject({ 'a.jpg': ['big', 'dog'] })
  })

  test('an image in several rows has one label in each', async () => {
    expect(
      await presentIn('path,class\na.jpg,big dog\na.jpg,bus, coach\nb.jpg,cat\n'.replace('bus, coach', '"bus, coach"')),
    ).toEqual({
      'a.jpg': ['big dog', 'bus, coach'],
      'b.jpg': ['cat'],
    })
  })

  test('“No Finding” is no label; the image has none, and that is something that is said', async () => {
    const file = temporaryFile(
      'x.csv',
      'Image Index,Finding Labels,Patient Age\na.png,Mass|Hernia,57\nb.png,No Finding,40\nc.png,,3\n',
    )
    const project = withImages('a.png', 'b.png', 'c.png')
    const plan = await ImportPlan.make('tags', await formatById('tags').read!(file, {}), project.target())
    await plan.apply(project, { rest: 'absent' })
    expect(project.told()).toEqual({
      'a.png': { Mass: 'present', Hernia: 'present' },
      'b.png': { Mass: 'absent', Hernia: 'absent' },
    })
  })
})

describe('tables as programs write them', () => {
  const expected = { 'a.jpg': ['dog', 'big cat'], 'b.jpg': ['dog'], 'c.jpg': ['bird'] }
  const plain = 'image,tags\na.jpg,dog|big cat\nb.jpg,dog\nc.jpg,bird\n'
  const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

  test.each<[string, string | Uint8Array]>([
    ['plainly', plain],
    ['with the index of pandas', 'Unnamed: 0,image,tags\n0,a.jpg,dog|big cat\n1,b.jpg,dog\n2,c.jpg,bird\n'],
    ['with an index without a name', ',image,tags\n0,a.jpg,dog|big cat\n1,b.jpg,dog\n2,c.jpg,bird\n'],
    ['by R, without a name for the rows', '"tags"\n"a.jpg","dog|big cat"\n"b.jpg","dog"\n"c.jpg","bird"\n'],
    ['without a first line', plain.split('\n').slice(1).join('\n')],
    ['without a first line, with numbers', '0,a.jpg,dog|big cat\n1,b.jpg,dog\n2,c.jpg,bird\n'],
    ['with remarks', `# made by a script\n#\n${plain.replace('b.jpg', '# half way\nb.jpg')}`],
    ['with # before the header', `#${plain}`],
    ['with sep=', `sep=;\r\n${plain.replaceAll(',', ';').replaceAll('\n', '\r\n')}`],
    ['with semicolons and commas', 'image;tags\na.jpg;dog,big cat\nb.jpg;dog\nc.jpg;bird\n'],
    ['with tabs', plain.replaceAll(',', '\t')],
    ['in UTF-16', Buffer.from(`\ufeff${plain.replaceAll(',', '\t')}`, 'utf16le')],
    ['in UTF-16, the other way round', utf16be(`\ufeff${plain}`)],
    ['in UTF-16 without a mark', Buffer.from(plain, 'utf16le')],
    [
      'with ids and facts',
      'id,width,filename,label,split\n7,1,a.jpg,dog|big cat,train\n8,0,b.jpg,dog,val\n9,1,c.jpg,bird,val\n',
    ],
  ])('%s', async (_, content) => {
    expect(await presentIn(content)).toEqual(expected)
  })

  test('in a named encoding; another one is a sentence', async () => {
    const gbk = Buffer.from([...Buffer.from('image,tags\na.jpg,'), 0xb9, 0xb7, 0x0a])
    expect(await presentIn(gbk, { encoding: 'gbk' }, 'tags')).toEqual({ 'a.jpg': ['狗'] })
    await expect(presentIn(gbk, {}, 'tags')).rejects.toMatchObject({
      code: 'not-utf8',
      hint: expect.stringContaining('gbk'),
    })
    await expect(presentIn(gbk, { encoding: 'klingon' }, 'tags')).rejects.toMatchObject({ code: 'encoding-unknown' })
  })

  test('one column a label: an index, ids without extension, facts; CelebA', async () => {
    const onehot = { 'x/a': ['dog', 'big cat'], 'x/b': [], c: ['dog'] }
    expect(await presentIn('id,dog,big cat,fold,width\nx/a,1,1,0,1\nx/b,0,0,1,0\nc,1,0,1,1\n')).toEqual(onehot)
    expect(await presentIn(',image,dog,big cat\n0,x/a,1,1\n1,x/b,0,0\n2,c,1,0\n')).toEqual(onehot)
    const celeba = '3\nBald Big_Lips\n000001.jpg -1  1\n000002.jpg  1 -1\n000003.jpg  1  1\n'
    expect(await presentIn(celeba)).toEqual({
      '000001.jpg': ['Big_Lips'],
      '000002.jpg': ['Bald'],
      '000003.jpg': ['Bald', 'Big_Lips'],
    })
  })

  test('scores make suggestions, not marks', async () => {
    const file = temporaryFile(
      'x.csv',
      'file_path_abs,class_name,confidence,annotation_source\n/d/a.jpg,dog,,gt\n/d/a.jpg,cat,0.93,model\n',
    )
    const collected = await formatById('tags').read!(file, {})
    expect([collected.states.length, [...collected.predictions]]).toEqual([1, [[0, 1, expect.closeTo(0.93, 5)]]])
  })

  test('boxes with their corners: their labels', async () => {
    expect(
      await presentIn(
        'image,xmin,ymin,xmax,ymax,label\na.jpg,1,1,0,1,dog\na.jpg,1,0,1,1,big cat\nb.jpg,0,1,1,0,dog\nc.jpg,1,1,1,1,bird\n',
      ),
    ).toEqual(expected)
  })
})
