import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRouterClient } from '@orpc/server'
import { Application } from '../../src/main/app/application.ts'
import { createRouter } from '../../src/main/app/router.ts'
import { silent } from '../../src/main/base/log.ts'
import { RandomState } from '../../src/main/base/random.ts'
import { createProject } from '../../src/main/project/file/open.ts'
import { computeEntry } from '../../src/main/shell/paths.ts'
import { damaged, mutationsOf } from './damages.ts'
import { scanned } from './scanned.ts'

type Client = ReturnType<typeof clientOf>

const clientOf = (application: Application) =>
  createRouterClient(createRouter(application, { kind: 'web', reveal: async () => undefined }))

/** Labels with parents, groups and examples, marks, a history with undo and redo, models, filters, statements: a row in every table. */
export async function richProject(folder: string): Promise<string> {
  mkdirSync(path.join(folder, 'images'), { recursive: true })
  const file = path.join(folder, 'base.surmise')
  const project = createProject({
    path: file,
    imagesRoot: path.join(folder, 'images'),
    labels: ['dog', 'cat', 'pet', 'car'],
  })
  project.images.applyScan({ added: Array.from({ length: 12 }, (_, i) => scanned(`a/${i}.jpg`)) })
  const [dog, cat, pet] = project.labels.list()
  project.labels.update(dog.id, {
    parentId: pet.id,
    group: 'kind',
    exclusive: true,
    examples: [1, 2],
    key: 'd',
    description: 'a dog',
  })
  project.labels.update(cat.id, { parentId: pet.id, group: 'kind', name: 'Cat' })
  project.models.add(
    {
      kind: 'blend',
      backbone: 'surmise-tiny',
      seed: 1,
      device: 'cpu',
      metrics: { mAP: { linear: 0.5, sst: 0.5, blend: 0.6 }, labels: [], seconds: 2 },
      labelIds: [1, 2, 3, 4],
      file: 'model',
    },
    { current: true },
  )
  for (let i = 1; i <= 8; i++) {
    project.states.set(
      [
        {
          imageId: i,
          labelId: 1 + (i % 4),
          state: i % 3 ? 1 : -1,
          modelId: i % 2 ? 1 : null,
          score: i % 2 ? 0.7 : null,
          source: i % 2 ? 'accepted_suggestion' : 'human',
        },
      ],
      { title: `Mark ${i}`, annotator: 'me' },
    )
  }
  await project.history.undo()
  await project.history.undo()
  await project.history.redo()
  project.edit({ title: 'Merge' }, (edit) => {
    edit.addStatements(11, 1, [
      { origin: 'a', state: 1, source: 'human', decidedAt: 1, annotator: 'me' },
      { origin: 'b', state: -1, source: 'human', decidedAt: 2, annotator: 'you' },
    ])
  })
  project.settings.set({
    annotator: 'me',
    filters: [{ name: 'f', filter: { text: 'a' }, sort: { by: 'path' } }],
    backboneTrials: [{}],
  })
  project.close()
  return file
}

/** What people do with a project, each by itself: the next is tried whatever came of the last. */
function* work(client: Client, folder: string): Generator<[name: string, work: () => Promise<unknown>]> {
  const filter = {}
  const images = [1, 2, 3, 8, 11, 12]
  yield ['status', () => client.project.current()]
  yield ['labels', () => client.labels.list()]
  for (const by of [
    'path',
    'added',
    'modified',
    'known',
    'confidence',
    'usefulness',
    'uncertain',
    'mistakes',
    'audit',
  ] as const)
    yield [`list by ${by}`, () => client.images.query({ filter, sort: { by } })]
  yield [
    'filter by label',
    () =>
      client.images.query({
        filter: { labels: [{ labelId: 1, is: 'present' }], text: 'a', folder: 'a' },
        sort: { by: 'path' },
      }),
  ]
  yield [
    'filter by who',
    () => client.images.query({ filter: { decided: { who: 'me', since: '2020-01-01' } }, sort: { by: 'path' } }),
  ]
  yield ['filter by dispute', () => client.images.query({ filter: { disputed: true }, sort: { by: 'path' } })]
  yield ['filter by action', () => client.images.query({ filter: { action: 3 }, sort: { by: 'path' } })]
  yield [
    'filter by model',
    () =>
      client.images.query({
        filter: { suggested: true, probability: [{ labelId: 1, from: 0, to: 1 }] },
        sort: { by: 'path' },
      }),
  ]
  yield ['rows', () => client.images.rows({ ids: images })]
  for (const id of images) yield [`image ${id}`, () => client.images.detail({ id })]
  yield ['filters', () => client.filters.list()]
  yield ['choices', () => client.filters.choices()]
  yield ['history', () => client.history.list({ limit: 100 })]
  yield ['progress', () => client.progress.overview({ today: 0 })]
  yield ['confident', () => client.progress.likely()]
  yield ['models', () => client.training.models()]
  yield ['model page', () => client.models.report({ id: 1 })]
  yield ['cooccurrence', () => client.models.cooccurrence()]
  yield ['label by label', () => client.labelByLabel.list({ labelId: 1, order: 'uncertain', filter, limit: 10 })]
  yield ['reasons', () => client.suggestions.reasons({ imageId: 9, labelId: 1 })]
  yield [
    'bulk',
    () => client.bulk.preview({ precision: 0.95, sides: ['present'], labelIds: null, filter: null } as never),
  ]
  yield ['backups', () => client.backups.list({})]
  yield ['backup', () => client.backups.make()]
  for (const format of ['csv', 'coco', 'jsonl', 'openimages'])
    yield [
      `export ${format}`,
      () => client.exchange.export({ format, path: path.join(folder, `out-${format}-${Math.random()}`) } as never),
    ]
  yield ['train', () => client.training.start({ device: 'cpu' })]
  yield ['use model', () => client.training.use({ id: 1 })]
  yield [
    'mark',
    () =>
      client.marks.set({
        changes: [
          { imageId: 9, labelId: 1, state: 1 },
          { imageId: 1, labelId: 2, state: 0 },
          { imageId: 2, labelId: 3, state: -1 },
        ],
      }),
  ]
  yield [
    'unmark',
    () =>
      client.marks.set({
        changes: images.flatMap((imageId) => [1, 2, 3, 4].map((labelId) => ({ imageId, labelId, state: 0 as const }))),
      }),
  ]
  yield ['rename', () => client.labels.update({ id: 4, patch: { name: 'Car' } })]
  yield ['parent', () => client.labels.update({ id: 4, patch: { parentId: 1 } })]
  yield ['reorder', () => client.labels.reorder({ ids: [4, 3, 2, 1] })]
  yield ['new label', () => client.labels.add({ name: 'new' })]
  yield ['merge labels', () => client.labels.merge({ id: 2, intoId: 1 })]
  yield ['configure', () => client.project.configure({ seed: 2 })]
  yield ['save filter', () => client.filters.save({ name: 'g', filter, sort: { by: 'path' } })]
  for (let i = 0; i < 14; i++) yield ['undo', () => client.history.undo()]
  for (let i = 0; i < 3; i++) yield ['redo', () => client.history.redo()]
  yield ['go to', () => client.history.goTo({ id: 5 })]
}

export interface DamageFuzzed {
  tried: number
  refusedAtOpening: number
  /** Opened; and of the kinds of work with it, so many were refused with a sentence. */
  opened: number
  refused: number
  bugs: string[]
}

/** @param count so many of all mutations, drawn with the seed */
export async function fuzzDamage({
  count,
  seed,
  onProgress,
}: {
  count: number
  seed: number
  onProgress?: (done: number) => void
}): Promise<DamageFuzzed> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-damage-'))
  const result: DamageFuzzed = { tried: 0, refusedAtOpening: 0, opened: 0, refused: 0, bugs: [] }
  const logged: string[] = []
  const log = {
    ...silent,
    error: (message: string, error?: unknown) =>
      void logged.push(`${message} ${error instanceof Error ? error.stack : error}`),
  }
  const application = new Application({
    version: '0',
    configFolder: path.join(folder, 'config'),
    log,
    computeEntry,
    remembers: false,
  })
  const client = clientOf(application)
  try {
    const base = await richProject(folder)
    const all = mutationsOf(base)
    const random = new RandomState(seed)
    const drawn =
      count >= all.length ? all : Array.from({ length: count }, () => all[Math.floor(random.random() * all.length)])
    for (const [number, mutation] of drawn.entries()) {
      for (const large of [false, true]) {
        const place = path.join(folder, `case${number}${large ? 'l' : ''}`)
        mkdirSync(place)
        const file = path.join(place, 'p.surmise')
        const say = (what: string, error: unknown) =>
          void result.bugs.push(
            `${mutation.name}${large ? ', large' : ''}: ${what}: ${logged.splice(0).join('; ').slice(0, 600) || (error as Error)?.stack}`,
          )
        const isSentence = (error: unknown): boolean => {
          const { code, message, data } = error as {
            code?: string
            message?: string
            data?: { code: string; hint: string }
          }
          return (
            code === 'USER_ERROR' &&
            data !== undefined &&
            data.code !== 'bug' &&
            /[.…:]|\w/.test(message ?? '') &&
            data.hint !== ''
          )
        }
        damaged(base, file, mutation, large)
        result.tried++
        try {
          await client.project.open({ path: file })
          result.opened++
        } catch (error) {
          result.refusedAtOpening++
          if (!isSentence(error)) say('open', error)
          rmSync(place, { recursive: true, force: true })
          continue
        }
        for (const [what, does] of work(client, place)) {
          try {
            await does()
          } catch (error) {
            result.refused++
            if (!isSentence(error)) say(what, error)
          }
        }
        await client.project.close().catch((error: unknown) => say('close', error))
        // What went wrong while nobody waited for it.
        if (logged.some((line) => !/too-few|No backup/.test(line))) say('log', undefined)
        logged.length = 0
        rmSync(place, { recursive: true, force: true })
      }
      onProgress?.(number + 1)
    }
    return result
  } finally {
    await application.shutdown()
    rmSync(folder, { recursive: true, force: true })
  }
}
