import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { detect, readLabels } from '../../src/main/exchange/formats/detect.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'
import { cases, dogs, type Files, many, sageMaker, text, viaEntries, yoloBoxes } from './programFiles.ts'

/*
 * Files as the documentation of programs shows them that can't be run here: each read as it comes, asked about, or refused by its name.
 */

/** One file is imported as that file, several as their folder; into a project of a.jpg … d.jpg. */
async function imported(files: Files, settings: Record<string, string> = {}) {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const [first, ...others] = Object.keys(files)
  const place = others.length === 0 ? path.join(folder, first) : folder
  const project = new MemoryProject()
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']) project.image(name)
  const found = await detect(place)
  const collected = await readLabels(found.format, place, { settings }, found.place)
  const plan = await ImportPlan.make(found.format.id, collected, project.target())
  await plan.apply(project)
  const { rest, suggestions, problems } = plan.preview
  return {
    format: found.format.id,
    told: Object.fromEntries(
      Object.entries(project.told()).map(([image, states]) => [image, Object.entries(states).map(shown)]),
    ),
    rest,
    suggestions: suggestions?.pairs ?? 0,
    problems: problems.map(({ code }) => code),
  }
}

const shown = ([label, state]: [string, string]) => (state === 'present' ? label : `no ${label}`)

test.each(cases)('%s', async (_, format, files, told = dogs) => {
  expect(await imported(files)).toMatchObject({ format, told, suggestions: 0 })
})

describe('what isn’t sure', () => {
  test('a model’s labels in a manifest are suggestions, and an unnamed number is told of', async () => {
    const facts = { 'class-map': { 0: 'dog' }, 'confidence-map': { 0: 0.7 } }
    const line = (image: string, ids: number[], more = {}) => sageMaker(image, 'job', ids, { ...facts, ...more }, many)
    const files = {
      'x.manifest': text(line('a.jpg', [0], { 'human-annotated': 'no' }), line('b.jpg', [0, 1]), line('c.jpg', [0])),
    }
    expect(await imported(files)).toMatchObject({
      told: { 'b.jpg': ['dog'], 'c.jpg': ['dog'] },
      ...{ suggestions: 1, rest: 0, problems: ['value-unknown'] },
    })
  })

  test('several jobs in a manifest, and several attributes in VIA, are asked about', async () => {
    const one = sageMaker('a.jpg', 'first', 0, { 'class-name': 'dog' }, 'image-classification')
    const two = sageMaker('a.jpg', 'second', 0, { 'class-name': 'big' }, 'image-classification')
    const jobs = { 'x.manifest': text({ ...one, ...two }) }
    await expect(imported(jobs)).rejects.toMatchObject({
      code: 'field-unclear',
      hint: 'Set the option “labels” to one of: first, second.',
    })
    expect((await imported(jobs, { labels: 'second' })).told).toEqual({ 'a.jpg': ['big'] })
    const file_attributes = { weather: 'sunny', animal: 'dog' }
    const attributes = { 'x.json': { 1: { filename: 'a.jpg', regions: [], file_attributes } } }
    await expect(imported(attributes)).rejects.toMatchObject({
      code: 'field-unclear',
      message: expect.stringContaining('weather, animal'),
    })
    expect((await imported(attributes, { attribute: 'animal' })).told).toEqual({ 'a.jpg': ['dog'] })
    await expect(imported(attributes, { attribute: 'x' })).rejects.toMatchObject({ code: 'field-unknown' })
  })

  test('an image that VIA has no answer for may not have been looked at', async () => {
    const asked = await imported({ 'x.json': viaEntries })
    // Only “cat” in b.jpg.
    expect(asked.rest).toBe(1)
  })
})

const notTags = { 'a.jpg': '', 'b.jpg': '' }

test.each<[string, string, Files]>([
  [
    'VIA 3',
    'This is a project of VIA 3',
    { 'x.json': { project: {}, config: {}, attribute: {}, file: {}, metadata: {}, view: {} } },
  ],
  ['Labelbox', 'This is an export of Labelbox', { 'x.ndjson': text({ data_row: { id: '1' }, projects: {} }) }],
  [
    'Prodigy',
    'This is an export of Prodigy',
    { 'x.jsonl': text({ image: 'a.jpg', options: [], accept: [0], answer: 'accept' }) },
  ],
  ['TFRecord', 'This is a TFRecord data set', { 'x-train.tfrecord-00000-of-00002': 'x', 'features.json': '{}' }],
  [
    'sentences',
    'This is a folder of captions',
    {
      ...notTags,
      'a.txt': 'a photo of a dog that runs on the beach',
      'b.txt': 'a cat that sits on a sofa, looking at us.',
    },
  ],
  [
    'corners of texts',
    'This is a folder of captions',
    { ...notTags, 'a.txt': '377,117,463,117,465,130,378,130,Exit\n', 'b.txt': '1,1,2,1,2,2,1,2,###\n' },
  ],
  ['YOLO without names', 'This folder doesn’t name its labels', { ...notTags, ...yoloBoxes }],
  ['anything else', 'Which format is this file? Its keys are foo', { 'x.json': { foo: { bar: 1 } } }],
])('%s: refused with what it is, and what to do', async (_, message, files) => {
  const error = await imported(files).catch((reason) => reason)
  expect(error).toMatchObject({ name: 'UserError', message: expect.stringContaining(message) })
  expect(error.hint.length).toBeGreaterThan(20)
  // A way out, not a list of everything.
  expect(error.hint.length).toBeLessThan(150)
})
