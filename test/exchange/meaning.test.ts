import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatById } from '../../src/main/exchange/formats/list.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { planOf, withImages } from './cocoProject.ts'
import { temporaryFile } from './folder.ts'

describe('ids', () => {
  test('of any length and form find their own image, and never another', async () => {
    const integer = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 70n }),
      fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 9n }),
    )
    const id = fc.oneof(integer.map(String), fc.stringMatching(/^[a-z][\w-]{0,8}$/))
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(id, { minLength: 1, maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        async (ids, quoted) => {
          // A number may be written as a text in one place and as a number in another.
          const written = (text: string, at: number) =>
            /^\d+$/.test(text) && !quoted[at] ? text : JSON.stringify(text)
          const images = ids.map((one, i) => `{"id":${written(one, i)},"file_name":"${i}.jpg"}`)
          const annotations = ids.map((one, i) => `{"image_id":${written(one, 11 - i)},"category_id":${i}}`)
          const categories = ids.map((_, i) => `{"id":"${i}","name":"label ${i}"}`)
          const project = withImages(...ids.map((_, i) => `${i}.jpg`))
          const plan = await planOf(
            `{"annotations":[${annotations}],"images":[${images}],"categories":[${categories}]}`,
            project,
          )
          await plan.apply(project)
          expect(plan.preview.problems).toEqual([])
          expect(project.told()).toEqual(
            Object.fromEntries(ids.map((_, i) => [`${i}.jpg`, { [`label ${i}`]: 'present' }])),
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  test('texts with zeroes in front are the numbers, where only one can be meant', async () => {
    const project = withImages('a.jpg', 'b.jpg', 'c.jpg')
    const plan = await planOf(
      {
        images: [
          { id: '000012', file_name: 'a.jpg' },
          { id: '07', file_name: 'b.jpg' },
          { id: '007', file_name: 'c.jpg' },
        ],
        annotations: [
          { image_id: 12, category_id: '1' },
          { image_id: 7, category_id: 1 },
        ],
        categories: [
          { id: '01', name: 'owl' },
          { id: 2, name: 'fox' },
        ],
      },
      project,
    )
    expect(plan.preview.problems).toMatchObject([{ code: 'image-missing', count: 1, examples: ['image 7'] }])
    await plan.apply(project, { rest: 'absent' })
    expect(project.told()).toEqual({ 'a.jpg': { owl: 'present', fox: 'absent' } })
  })

  test.each([
    [
      'images',
      {
        images: [
          { id: 1, file_name: 'a.jpg' },
          { id: '1', file_name: 'b.jpg' },
        ],
        categories: [{ id: 1, name: 'owl' }],
      },
    ],
    [
      'categories',
      {
        images: [{ id: 1, file_name: 'a.jpg' }],
        categories: [
          { id: 1, name: 'owl' },
          { id: 1, name: 'fox' },
        ],
      },
    ],
  ])('that two %s have are refused', async (what, content) => {
    await expect(planOf({ ...content, annotations: [] }, withImages('a.jpg'))).rejects.toMatchObject({
      code: 'id-twice',
      message: expect.stringContaining(`Two ${what} have the id 1`),
    })
  })
})

describe('the rest', () => {
  const categories = [
    { id: 1, name: 'owl' },
    { id: 2, name: 'fox' },
  ]
  const images = ['a', 'b', 'c', 'd'].map((name, id) => ({ id, file_name: `${name}.jpg` }))
  const annotations = [
    { image_id: 0, category_id: 1 },
    { image_id: 1, category_id: 1 },
    { image_id: 1, label_id: 2 },
    { image_id: 2, category_id: 'fox' },
  ]

  test('is never absent where something wasn’t understood, nor where nothing is said, unless asked', async () => {
    const project = withImages('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg')
    const plan = await planOf({ images, annotations, categories }, project)
    expect(plan.preview).toMatchObject({ rest: 1, restEmpty: { images: 1, pairs: 2 } })
    await plan.apply(project, { rest: 'absent' })
    expect(project.told()).toEqual({ 'a.jpg': { owl: 'present', fox: 'absent' }, 'b.jpg': { owl: 'present' } })
    const everywhere = withImages('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg')
    await (await planOf({ images, annotations, categories }, everywhere)).apply(everywhere, {
      rest: 'absent-everywhere',
    })
    expect(everywhere.told()).toEqual({
      'a.jpg': { owl: 'present', fox: 'absent' },
      'b.jpg': { owl: 'present' },
      'd.jpg': { owl: 'absent', fox: 'absent' },
    })
  })

  test('a value that isn’t understood stays unknown', async () => {
    for (const [format, text] of [
      ['csv-wide', 'image,owl,fox\na.jpg,0.93,1\nb.jpg,1,oui\n'],
      ['csv', 'image,label,value\na.jpg,owl,0.93\na.jpg,fox,1\nb.jpg,owl,1\nb.jpg,fox,oui\n'],
    ]) {
      for (const rest of ['absent', 'absent-everywhere'] as const) {
        const project = withImages('a.jpg', 'b.jpg')
        const collected = await formatById(format).read!(temporaryFile('x.csv', text), {})
        const plan = await ImportPlan.make(format, collected, project.target())
        expect(plan.preview.problems).toMatchObject([{ code: 'value-unknown', count: 2 }])
        await plan.apply(project, { rest })
        expect(project.told()).toEqual({ 'a.jpg': { fox: 'present' }, 'b.jpg': { owl: 'present' } })
      }
    }
  })

  test('labels that only other images have aren’t added', async () => {
    const project = withImages('a.jpg')
    const plan = await planOf(
      {
        images,
        annotations: [
          { image_id: 0, category_id: 1 },
          { image_id: 1, category_id: 2 },
        ],
        categories,
      },
      project,
    )
    expect(plan.preview.labels.map(({ name }) => name)).toEqual(['owl'])
    expect(plan.preview.problems).toMatchObject([{ code: 'label-unmatched', examples: ['fox'] }])
    await plan.apply(project, { rest: 'absent' })
    expect(project.labels.map(({ name }) => name)).toEqual(['owl'])
    const none = withImages('z.jpg')
    await (await planOf({ images, annotations, categories }, none)).apply(none)
    expect(none.labels).toEqual([])
  })
})

test('the preview has the first images as they would be', async () => {
  const project = withImages('x/a.jpg', 'b.jpg')
  const plan = await planOf(
    {
      images: [
        { id: 2, file_name: 'b.jpg' },
        { id: 3, file_name: 'gone.jpg' },
        { id: 1, file_name: 'a.jpg' },
      ],
      categories: [
        { id: 1, name: 'owl' },
        { id: 2, name: 'fox' },
      ],
      annotations: [
        { image_id: 1, category_id: 2 },
        { image_id: 1, category_id: 1 },
      ],
    },
    project,
  )
  expect(plan.preview.first).toEqual([
    { inFile: 'b.jpg', image: 'b.jpg', present: [], absent: [] },
    { inFile: 'a.jpg', image: 'x/a.jpg', present: ['fox', 'owl'], absent: [] },
  ])
})

test('CVAT: what attributes of tags say can’t be kept, and is told', async () => {
  const tag = '<tag label="dog" source="manual"><attribute name="breed">poodle</attribute></tag>'
  const box = '<box label="dog" xtl="0"><attribute name="hidden"></attribute></box>'
  const file = temporaryFile('a.xml', `<annotations><image id="0" name="a.jpg">${tag}${box}</image></annotations>`)
  const { problems, states } = await formatById('cvat').read!(file, {})
  expect(problems.list()).toMatchObject([{ code: 'attribute-left-out', count: 1, examples: ['poodle'] }])
  expect(states.length).toBe(2)
})
