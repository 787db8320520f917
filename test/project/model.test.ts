import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UserError } from '../../src/main/base/errors.ts'
import { createProject, openProject } from '../../src/main/project/file/open.ts'
import type { Project } from '../../src/main/project/project.ts'
import { scanned, temporaryFolder } from './support.ts'

/** A label as the simple model knows it. */
interface ModelLabel {
  name: string
  key: string | null
  colour: string
  description: string
  removed: boolean
  position: number
}

/** Everything that undo takes back, as plain values: an undo is the copy that was kept. */
interface World {
  labels: Map<number, ModelLabel>
  /** `image:label` → state and source. */
  states: Map<string, { state: 1 | -1; source: string; annotator: string | null }>
}

interface Model {
  world: World
  past: World[]
  future: World[]
  images: number
  matrixLoaded: boolean
}

interface Real {
  project: Project
}

type Command = (model: Model, real: Real) => Promise<void>

const imagesAtStart = 12

const state = fc.constantFrom<1 | 0 | -1>(1, 0, -1)
const source = fc.constantFrom('human' as const, 'accepted_suggestion' as const, 'import' as const)
/** Picks one of what is there when the command runs. */
const choice = fc.nat(1000)
const name = fc.constantFrom(
  'dog',
  'Dog',
  ' DOG ',
  'café',
  'cafe\u0301',
  '犬',
  '🐕',
  'x\u0000y',
  '',
  '=cmd',
  '__proto__',
  'a b',
)

const commands: fc.Arbitrary<Command>[] = [
  fc
    .array(fc.record({ image: choice, label: choice, state, source }), { minLength: 1, maxLength: 8 })
    .chain((changes) => fc.constantFrom('Anna', null).map((annotator) => setStates(changes, annotator))),
  fc.record({ name, key: fc.constantFrom(null, 'a', 'b', '1') }).map(addLabel),
  fc.record({ label: choice, name }).map(renameLabel),
  fc.record({ label: choice, key: fc.constantFrom(null, 'a', 'b', '1') }).map(keyLabel),
  fc.record({ label: choice }).map(removeLabel),
  fc.record({ order: fc.array(choice, { minLength: 10, maxLength: 10 }) }).map(reorderLabels),
  fc.record({ file: choice }).map(scanImages),
  fc.constant(undo),
  fc.constant(undo),
  fc.constant(redo),
  fc.constant(reopen),
  fc.constant(loadMatrix),
]

test('random sequences of edits, undo, redo and reopening do what a simple model does', async () => {
  const folder = temporaryFolder()
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...commands), { maxLength: 40 }), async (sequence) => {
      const home = path.join(folder, String(run++))
      mkdirSync(path.join(home, 'images'), { recursive: true })
      const project = createProject({ path: path.join(home, 'p.surmise'), imagesRoot: path.join(home, 'images') })
      project.images.applyScan({ added: Array.from({ length: imagesAtStart }, (_, i) => scanned(`${i}.jpg`)) })
      const model: Model = {
        world: { labels: new Map(), states: new Map() },
        past: [],
        future: [],
        images: imagesAtStart,
        matrixLoaded: false,
      }
      const real: Real = { project }
      try {
        for (const command of sequence) {
          await command(model, real)
          expectSame(model, real.project)
        }
        await loadMatrix(model, real)
        expectSame(model, real.project)
        expect(await real.project.check()).toEqual([])
      } finally {
        real.project.close()
        rmSync(home, { recursive: true })
      }
      expect(existsSync(home)).toBe(false)
    }),
    { numRuns: 40 },
  )
})

function expectSame(model: Model, project: Project): void {
  const living = livingLabels(model)
  const labels = project.labels.list()
  expect(labels.map(({ id, name, key, colour, description }) => ({ id, name, key, colour, description }))).toEqual(
    living.map(([id, { name, key, colour, description }]) => ({ id, name, key, colour, description })),
  )
  for (const label of labels) {
    const states = [...model.world.states].filter(([pair]) => pair.endsWith(`:${label.id}`))
    expect(label.presentCount).toBe(states.filter(([, known]) => known.state === 1).length)
    expect(label.absentCount).toBe(states.filter(([, known]) => known.state === -1).length)
  }
  const matrix = project.states.loadedMatrix
  for (let imageId = 1; imageId <= model.images; imageId++) {
    const expected = living.flatMap(([labelId]) => {
      const known = model.world.states.get(`${imageId}:${labelId}`)
      return known ? [{ labelId, ...known }] : []
    })
    const known = project.states.ofImage(imageId)
    expect(known.map(({ labelId, state, source, annotator }) => ({ labelId, state, source, annotator }))).toEqual(
      expected,
    )
    const image = project.images.get(imageId)!
    expect(image.presentCount).toBe(expected.filter((one) => one.state === 1).length)
    expect(image.absentCount).toBe(expected.filter((one) => one.state === -1).length)
    if (!matrix || !model.matrixLoaded) continue
    for (const [labelId] of living) {
      expect(matrix.get(imageId, labelId)).toBe(expected.find((one) => one.labelId === labelId)?.state ?? 0)
    }
  }
  if (matrix && model.matrixLoaded) expect([matrix.rows, matrix.columns]).toEqual([model.images, living.length])
  expect(project.history.undoTitle === null).toBe(model.past.length === 0)
  expect(project.history.redoTitle === null).toBe(model.future.length === 0)
}

function livingLabels({ world }: Model): [number, ModelLabel][] {
  return [...world.labels]
    .filter(([, label]) => !label.removed)
    .sort(([a, x], [b, y]) => x.position - y.position || a - b)
}

function pickLabel(model: Model, choice: number): [number, ModelLabel] | undefined {
  const living = livingLabels(model)
  return living[choice % living.length]
}

/** Keeps what was before, for undo. */
function acting(model: Model, change: (world: World) => void): void {
  model.past.push(structuredClone(model.world))
  model.future = []
  change(model.world)
}

function nameKey(text: string): string {
  return text.trim().normalize('NFC').toLowerCase()
}

function nameIsGood(model: Model, name: string, except = 0): boolean {
  return (
    name.trim() !== '' &&
    !name.includes('\0') &&
    livingLabels(model).every(([id, label]) => id === except || nameKey(label.name) !== nameKey(name))
  )
}

function keyIsFree(model: Model, key: string | null, except = 0): boolean {
  return key === null || livingLabels(model).every(([id, label]) => id === except || label.key !== key)
}

/** Runs it; it must be refused exactly when the model says so. */
function attempt(allowed: boolean, work: () => void): boolean {
  try {
    work()
    expect(allowed).toBe(true)
    return true
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(allowed).toBe(false)
    return false
  }
}

function setStates(
  changes: { image: number; label: number; state: 1 | 0 | -1; source: 'human' | 'accepted_suggestion' | 'import' }[],
  annotator: string | null,
): Command {
  return async (model, { project }) => {
    const real = changes.flatMap(({ image, label, state, source }) => {
      const labelId = pickLabel(model, label)?.[0]
      return labelId === undefined ? [] : [{ imageId: (image % model.images) + 1, labelId, state, source }]
    })
    const same = (a: object | undefined, b: object | undefined) => JSON.stringify(a) === JSON.stringify(b)
    const world = structuredClone(model.world)
    let changed = 0
    // Of the same pair twice in one action, the last holds.
    const last = new Map(real.map((change) => [`${change.imageId}:${change.labelId}`, change]))
    for (const [pair, { state, source }] of last) {
      const next = state === 0 ? undefined : { state, source, annotator }
      if (same(world.states.get(pair), next)) continue
      changed++
      if (next) world.states.set(pair, next)
      else world.states.delete(pair)
    }
    expect(project.states.set(real, { title: 'Set', annotator })).toBe(changed)
    if (changed > 0) acting(model, () => {})
    model.world = changed > 0 ? world : model.world
  }
}

function addLabel({ name, key }: { name: string; key: string | null }): Command {
  return async (model, { project }) => {
    let id = 0
    const allowed = nameIsGood(model, name) && keyIsFree(model, key)
    const position = Math.max(-1, ...[...model.world.labels.values()].map((label) => label.position)) + 1
    if (attempt(allowed, () => (id = project.labels.add({ name, key, description: 'd' }).id))) {
      const { colour } = project.labels.get(id)!
      acting(model, ({ labels }) => {
        labels.set(id, { name: name.trim().normalize('NFC'), key, colour, description: 'd', removed: false, position })
      })
      // Before it was added it was there, but removed: that is how an undo leaves it.
      model.past.at(-1)!.labels.set(id, { ...model.world.labels.get(id)!, key: null, description: '', removed: true })
    }
  }
}

function renameLabel({ label, name }: { label: number; name: string }): Command {
  return async (model, { project }) => {
    const picked = pickLabel(model, label)
    if (!picked) return
    const [id, old] = picked
    if (!attempt(nameIsGood(model, name, id), () => project.labels.update(id, { name }))) return
    const next = name.trim().normalize('NFC')
    if (next !== old.name) acting(model, ({ labels }) => labels.set(id, { ...old, name: next }))
  }
}

function keyLabel({ label, key }: { label: number; key: string | null }): Command {
  return async (model, { project }) => {
    const picked = pickLabel(model, label)
    if (!picked) return
    const [id, old] = picked
    if (!attempt(keyIsFree(model, key, id), () => project.labels.update(id, { key, colour: '#123456' }))) return
    if (key !== old.key || old.colour !== '#123456') {
      acting(model, ({ labels }) => labels.set(id, { ...old, key, colour: '#123456' }))
    }
  }
}

function removeLabel({ label }: { label: number }): Command {
  return async (model, { project }) => {
    const picked = pickLabel(model, label)
    if (!picked) return
    const [id, old] = picked
    project.labels.remove(id)
    acting(model, ({ labels }) => labels.set(id, { ...old, removed: true }))
  }
}

function reorderLabels({ order }: { order: number[] }): Command {
  return async (model, { project }) => {
    const living = livingLabels(model)
    const wanted = living.toSorted(([a], [b]) => order[a % 10] - order[b % 10] || a - b)
    project.labels.reorder(wanted.map(([id]) => id))
    if (wanted.every(([id], index) => id === living[index][0])) return
    const places = living.map(([, label]) => label.position)
    acting(model, ({ labels }) => {
      for (const [index, [id, label]] of wanted.entries()) labels.set(id, { ...label, position: places[index] })
    })
  }
}

/** Scans are no actions, and take nothing from any image. */
function scanImages({ file }: { file: number }): Command {
  return async (model, { project }) => {
    const id = (file % model.images) + 1
    const kind = file % 3
    if (kind === 0) {
      project.images.applyScan({ added: [scanned(`added/${model.images}.jpg`)] })
      model.images++
    } else if (kind === 1) project.images.applyScan({ moved: [{ id, file: scanned(`moved/${file}.jpg`) }] })
    else project.images.applyScan({ missing: [id] })
  }
}

async function undo(model: Model, { project }: Real): Promise<void> {
  const world = model.past.pop()
  expect((await project.history.undo()) === null).toBe(world === undefined)
  if (!world) return
  model.future.push(model.world)
  model.world = world
}

async function redo(model: Model, { project }: Real): Promise<void> {
  const world = model.future.pop()
  expect((await project.history.redo()) === null).toBe(world === undefined)
  if (!world) return
  model.past.push(model.world)
  model.world = world
}

async function reopen(model: Model, real: Real): Promise<void> {
  const { path: file } = real.project
  real.project.close()
  real.project = openProject(file)
  model.matrixLoaded = false
}

async function loadMatrix(model: Model, { project }: Real): Promise<void> {
  await project.states.matrix()
  model.matrixLoaded = true
}
