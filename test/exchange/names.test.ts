import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { imagesAtHand } from '../../src/main/exchange/match/atHand.ts'
import { matchImages } from '../../src/main/exchange/match/match.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { ProblemList } from '../../src/main/exchange/records.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

/** Which image of the project each name in a file means; '' for none, '?' where several may be meant. */
async function meant(targets: readonly string[], names: readonly string[]): Promise<string[]> {
  const images = names.map((path) => ({ path, uid: null, sha256: null }))
  const known = targets.map((path, at) => ({ id: at + 1, uid: `${at}`, path, sha256: null, available: true }))
  const { imageIds, ambiguous } = await matchImages(images, known, new ProblemList())
  return names.map((_, at) => (imageIds[at] === 0 ? (ambiguous.includes(at) ? '?' : '') : targets[imageIds[at] - 1]))
}

const hash = '0123456789abcdef0123456789abcdef'

/** What programs make of a path. */
const forms: [string, (path: string) => string][] = [
  ['as it is', (path) => path],
  ['backslashes', (path) => path.replaceAll('/', '\\')],
  ['a path of another machine', (path) => `/home/someone/data set/${path}`],
  ['a path of another Windows', (path) => `C:\\Users\\Some One\\${path.replaceAll('/', '\\')}`],
  ['upper case', (path) => path.toUpperCase()],
  ['an escaped address', (path) => `https://example.org/data/${path.split('/').map(encodeURIComponent).join('/')}`],
  ['a query', (path) => `https://example.org/${encodeURI(path)}?X-Amz-Date=2026&size=1.5`],
  ['a parameter', (path) => `/data/local-files/?d=${encodeURIComponent(`photos/${path}`)}`],
  ['an escaped path', (path) => path.split('/').map(encodeURIComponent).join('/')],
  ['without its extension', (path) => path.replace(/\.\w+$/, '')],
  ['its name alone', (path) => path.slice(path.lastIndexOf('/') + 1)],
  [
    'Label Studio’s upload',
    (path) => `/data/upload/6/3804bcd3-${path.slice(path.lastIndexOf('/') + 1).replace(/ /g, '_')}`,
  ],
  ['Label Studio’s file', (path) => `3804bcd3-${path.slice(path.lastIndexOf('/') + 1)}`],
  [
    'Roboflow’s file',
    (path) =>
      `${path.slice(path.lastIndexOf('/') + 1).replace(/[ .]/g, (sign) => (sign === '.' ? '_' : '-'))}.rf.${hash}.jpg`,
  ],
  ['a blank behind it', (path) => `${path} `],
]

describe('names of images', () => {
  test.each(forms)('%s: each finds its own', async (_, form) => {
    const word = fc.stringMatching(/^[a-zäé猫][a-zäé猫0-9 ]{0,6}[a-z0-9猫]$/)
    const parts = fc.tuple(fc.array(word, { maxLength: 2 }), word, fc.constantFrom('jpg', 'png', 'jpeg'))
    await fc.assert(
      fc.asyncProperty(
        // Names that differ in more than their signs: what two names could mean is another test.
        fc.uniqueArray(parts, {
          minLength: 1,
          maxLength: 6,
          selector: ([, name]) => name.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase(),
        }),
        async (all) => {
          const targets = all.map(([folders, name, extension]) => `${[...folders, name].join('/')}.${extension}`)
          expect(await meant(targets, targets.map(form))).toEqual(targets)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('what could be several is none, however it is written', async () => {
    expect(await meant(['x/a.jpg', 'y/a.jpg'], ['A.JPG'])).toEqual(['?'])
    expect(await meant(['a.jpg', 'A.jpg'], ['a.JPG'])).toEqual(['?'])
    expect(await meant(['a.jpg', 'a.png'], ['a'])).toEqual(['?'])
    expect(await meant(['a.jpg'], ['3804bcd3-a.jpg', '11111111-a.jpg'])).toEqual(['?', '?'])
    expect(await meant(['a b.jpg', 'a_b.jpg'], [`a-b_jpg.rf.${hash}.jpg`])).toEqual(['?'])
  })

  test('what is written exactly comes first, and is not given to another', async () => {
    expect(await meant(['3804bcd3-a.jpg', 'a.jpg'], ['3804bcd3-a.jpg', 'a.jpg'])).toEqual(['3804bcd3-a.jpg', 'a.jpg'])
    expect(await meant(['a.jpg'], ['a.jpg', 'A.jpg'])).toEqual(['a.jpg', ''])
    expect(await meant(['a%20b.jpg', 'a b.jpg'], ['a%20b.jpg', 'a b.jpg'])).toEqual(['a%20b.jpg', 'a b.jpg'])
    expect(await meant(['a.jpg', 'a.jpg '], ['a.jpg ', 'a.jpg'])).toEqual(['a.jpg ', 'a.jpg'])
  })

  test('another extension is another file; signs are only overlooked where a program has changed them', async () => {
    expect(await meant(['a.png'], ['a.jpg'])).toEqual([''])
    expect(await meant(['a_b.jpg'], ['a b.jpg', 'a-b'])).toEqual(['', ''])
  })
})

describe('images that lie with the labels', () => {
  test('are known by their content, in any format, whatever the project calls them', async () => {
    const contents = ['one', 'two'].map((text) => Buffer.from(text))
    const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    const files: Record<string, [format: string, files: Record<string, string | Buffer>]> = {
      yolo: [
        'yolo',
        { 'data.yaml': 'names: [dog]\n', 'labels/train/x1.txt': '0 0 0 1 1\n', 'images/train/x1.jpg': contents[0] },
      ],
      voc: [
        'voc',
        {
          'Annotations/x1.xml': '<annotation><filename>x1.jpg</filename><object><name>dog</name></object></annotation>',
          'JPEGImages/x1.jpg': contents[0],
        },
      ],
      csv: ['tags', { 'labels.csv': 'image,label\nD:\\old\\x1.jpg,dog\n', 'x1.jpg': contents[0] }],
    }
    for (const [name, [format, inside]] of Object.entries(files)) {
      const folder = temporaryFolder()
      for (const [file, content] of Object.entries(inside)) {
        mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
        writeFileSync(path.join(folder, file), content)
      }
      const place = format === 'tags' ? path.join(folder, 'labels.csv') : folder
      const project = new MemoryProject()
      project.image('IMG_0001.jpg', { sha256: sha(contents[0]) })
      project.image('IMG_0002.jpg', { sha256: sha(contents[1]) })
      const collected = await formatById(format).read!(place, {})
      collected.place = place
      const plan = await ImportPlan.make(format, collected, project.target())
      await plan.apply(project)
      expect([name, project.told(), plan.preview.images.by.sha256]).toEqual([
        name,
        { 'IMG_0001.jpg': { dog: 'present' } },
        1,
      ])
    }
  })

  test('nothing outside is looked at', async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'in'))
    writeFileSync(path.join(folder, 'secret.jpg'), 'x')
    const locate = imagesAtHand(path.join(folder, 'in', 'labels.csv'))
    for (const name of ['../secret.jpg', path.join(folder, 'secret.jpg'), '..\\secret.jpg'])
      expect(await locate({ path: name, uid: null, sha256: null })).toBeUndefined()
  })
})
