import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StateSource } from '../../src/main/domain/decision.ts'
import type { Project } from '../../src/main/project/project.ts'
import { ids, newProject, scanned } from './support.ts'

const sources: StateSource[] = ['human', 'accepted_suggestion', 'import']

/** As the file says it, one image after the other. */
function inFile(project: Project): unknown[] {
  return ids(project).flatMap((imageId) =>
    project.states
      .ofImage(imageId)
      .map(({ labelId, state, source, annotator, modelId, decidedAt }) => [
        ...[imageId, labelId, state, source, annotator, modelId, decidedAt],
      ]),
  )
}

async function inMemory(project: Project): Promise<[number, number, ...unknown[]][]> {
  const decisions = await project.states.decisions()
  const found: [number, number, ...unknown[]][] = []
  const { starts, ends, signedLabels, originAt, times, origins } = decisions
  const living = decisions.livingLabels()
  for (const imageId of ids(project)) {
    for (let at = starts[imageId] ?? 0; at < (ends[imageId] ?? 0); at++) {
      const { source, annotator, modelId } = origins[originAt[at]]
      const labelId = Math.abs(signedLabels[at])
      if (living[labelId] === 1) {
        found.push([imageId, labelId, Math.sign(signedLabels[at]), source, annotator, modelId, times[at]])
      }
    }
  }
  const place = new Map(project.labels.list().map(({ id }, i) => [id, i]))
  return found.sort((a, b) => a[0] - b[0] || place.get(a[1])! - place.get(b[1])!)
}

test('who decided what and when follows every change, as the file says it', async () => {
  const change = fc.record({
    imageId: fc.integer({ min: 1, max: 5 }),
    labelId: fc.integer({ min: 1, max: 3 }),
    state: fc.constantFrom(1, -1, 0) as fc.Arbitrary<1 | -1 | 0>,
    source: fc.constantFrom(...sources),
    annotator: fc.constantFrom(null, 'Anna', 'Jörg “犬”'),
    decidedAt: fc.integer({ min: -1000, max: 2_000_000_000_000 }),
  })
  const step = fc.oneof(
    fc.array(change, { minLength: 1, maxLength: 6 }),
    fc.constantFrom('undo', 'redo', 'remove', 'image', 'look') as fc.Arbitrary<string>,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const project = newProject({ labels: ['dog', 'cat', 'sun'], images: ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'] })
      project.images.applyScan({ added: [scanned('e.jpg')] })
      let looked: Promise<unknown> | undefined
      for (const [i, one] of steps.entries()) {
        if (typeof one !== 'string') {
          const living = new Set(project.labels.list().map(({ id }) => id))
          const changes = one.filter(({ labelId }) => living.has(labelId))
          project.states.set(changes, { title: 'x' })
        } else if (one === 'undo') await project.history.undo()
        else if (one === 'redo') await project.history.redo()
        else if (one === 'image') project.images.applyScan({ added: [scanned(`later ${i}.jpg`)] })
        else if (one === 'look') looked = project.states.decisions()
        else if (project.labels.list().length > 1) project.labels.remove(project.labels.list()[0].id)
      }
      await looked
      expect(await inMemory(project)).toEqual(inFile(project))
      project.close()
    }),
    { numRuns: 40 },
  )
})

test('changes while it is being read, and of more images than are read one by one, are in it', async () => {
  const count = 21_000
  const project = newProject({ labels: ['dog'], images: Array.from({ length: count }, (_, i) => `${i}.jpg`) })
  const all = (state: 1 | -1) => ids(project).map((imageId) => ({ imageId, labelId: 1, state }))
  await project.editLarge({ title: 'x', annotator: 'Anna' }, (edit) => edit.setStates(all(1)))
  const reading = project.states.decisions()
  project.states.set([{ imageId: 1, labelId: 1, state: -1 }], { title: 'y', annotator: 'Bo' })
  await reading
  const seen = async (state: number, who: string) =>
    (await inMemory(project)).filter((one) => one[2] === state && one[4] === who).length
  expect([await seen(-1, 'Bo'), await seen(1, 'Anna')]).toEqual([1, count - 1])
  await project.editLarge({ title: 'z', annotator: 'Cy' }, (edit) => edit.setStates(all(-1)))
  expect([await seen(-1, 'Cy'), await seen(1, 'Anna')]).toEqual([count, 0])
})

test('who decides anew without changing the state is told too', async () => {
  const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
  const change = { imageId: 1, labelId: 1, state: 1 as const }
  project.states.set([{ ...change, source: 'import' }], { title: 'x' })
  await project.states.decisions()
  const told: unknown[] = []
  project.onChange((one) => told.push(one.kind))
  project.states.set([change], { title: 'y', annotator: 'Anna' })
  expect(told).toEqual(['states'])
  expect(await inMemory(project)).toMatchObject([[1, 1, 1, 'human', 'Anna', null, expect.any(Number)]])
  expect(project.labels.list()[0]).toMatchObject({ presentCount: 1, absentCount: 0 })
  expect(await project.history.undo()).toMatchObject({ firstImageId: 1 })
  expect(await inMemory(project)).toMatchObject([[1, 1, 1, 'import', null, null, expect.any(Number)]])
})
