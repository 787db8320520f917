import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import type { StateSource } from '../../src/main/domain/decision.ts'
import type { ImageStatus } from '../../src/main/domain/imageFilter.ts'
import { findImages, type ImageFilter, type ImageSort, type PairQuery } from '../../src/main/pairs/query.ts'
import { Suggestions } from '../../src/main/pairs/suggestions.ts'
import type { Project } from '../../src/main/project/project.ts'
import { placeInAudit } from '../../src/main/suggestions/audit.ts'
import { gainsFile, writeGains } from '../../src/main/suggestions/gains.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { brokenFile, newProject, scanned } from '../project/support.ts'

/** Everything that a query can ask about, as plain as can be. */
interface PlainImage {
  id: number
  path: string
  status: ImageStatus
  modifiedAt: number
  disputed: boolean
  /** That changed something about it, also of the label that is gone. */
  actions: number[]
  labels: PlainPair[]
}
interface PlainPair {
  labelId: number
  state: number
  /** NaN where the model says nothing. */
  probability: number
  gain: number
  decided?: { source: StateSource; annotator: string | null; day: number; byThisModel: boolean }
}

const labels = [1, 2, 3]
const removed = 4
const size = 24
const people = [null, 'Ada', 'Bo']
const dayOf = (day: number): string => `2026-03-${String(day).padStart(2, '0')}`
const noonOf = (day: number): number => new Date(2026, 2, day, 12).getTime()

interface Plain {
  images: PlainImage[]
  modelId: number
}

async function randomProject(
  random: RandomState,
): Promise<{ plain: Plain; project: Project; suggestions: Suggestions }> {
  const project = newProject({ labels: ['a', 'b', 'c', 'gone'] })
  const pick = <T>(of: readonly T[]): T => of[random.integer(of.length)]
  const images = Array.from({ length: size }, (_, i): PlainImage => {
    // Their order by path is not that of their ids, and 9 comes before 10.
    const file = `${pick(['sea', 'sea/deep', 'land'])}/${((i * 7) % size) + 1} ${pick(['Cat', 'dog', 'É'])}.jpg`
    const status = pick<ImageStatus>(['ok', 'ok', 'ok', 'missing', 'broken'])
    return {
      id: i + 1,
      path: file,
      status,
      modifiedAt: 1_000 * random.integer(5),
      disputed: false,
      actions: [],
      labels: [],
    }
  })
  project.images.applyScan({
    added: images.map(({ path: file, status, modifiedAt }) => ({
      ...(status === 'broken' ? brokenFile(file) : scanned(file)),
      mtimeMs: modifiedAt,
    })),
  })
  project.images.applyScan({ missing: images.filter(({ status }) => status === 'missing').map(({ id }) => id) })
  const model = (uid: string) =>
    project.models.add(
      {
        ...{ uid, kind: 'blend', backbone: 'x', seed: 0, device: 'cpu', metrics: {}, file: null },
        labelIds: [...labels, removed],
      },
      { current: true },
    )
  const [before, current] = [model('before'), model('current')]
  for (const image of images) {
    for (const labelId of [...labels, removed]) {
      const state = pick([0, 0, 1, -1] as const)
      const probability = Math.fround(pick([Number.NaN, 0.02, 0.1, 0.4, 0.5, 0.75, 0.9, 0.98]))
      const pair: PlainPair = { labelId, state, probability, gain: pick([Number.NaN, 0, 0.25, 0.5, 2]) }
      if (state !== 0) {
        const [source, annotator] = [pick<StateSource>(['human', 'accepted_suggestion', 'import']), pick(people)]
        const [day, modelId] = [1 + random.integer(6), pick([null, before.id, current.id])]
        const change = { imageId: image.id, labelId, state, source, annotator, modelId, decidedAt: noonOf(day) }
        project.states.set([change], { title: 'Decide' })
        image.actions.push(project.history.list(1)[0].id)
        pair.decided = { source, annotator, day, byThisModel: modelId === current.id }
      }
      image.labels.push(pair)
    }
    const open = image.labels.find(({ state, labelId }) => state === 0 && labelId !== removed)
    if (open && random.integer(3) === 0) {
      const statement = { source: 'human', decidedAt: 1, annotator: null } as const
      const statements = ([1, -1] as const).map((state) => ({ ...statement, origin: `copy ${state}`, state }))
      project.edit({ title: 'Merge' }, (edit) => edit.addStatements(image.id, open.labelId, statements))
      image.disputed = true
    }
  }
  project.labels.remove(removed)
  // Scores of the model know no image that is dated 0, and a label that is gone.
  const scored = images.filter(({ modifiedAt }) => modifiedAt !== 0)
  for (const image of images)
    if (!scored.includes(image))
      for (const pair of image.labels) Object.assign(pair, { probability: Number.NaN, gain: Number.NaN })
  const columns = [2, removed, 1]
  for (const { labels: of } of images)
    for (const pair of of)
      if (!columns.includes(pair.labelId)) Object.assign(pair, { probability: Number.NaN, gain: Number.NaN })
  const table = { imageIds: Int32Array.from(scored, ({ id }) => id), labelIds: Int32Array.from(columns) }
  const valuesOf = (what: 'probability' | 'gain') =>
    Float32Array.from(
      columns.flatMap((labelId) => scored.map((image) => image.labels.find((one) => one.labelId === labelId)![what])),
    )
  await writeScores(scoresFile(project.cacheFolder, current.uid), { ...table, probabilities: valuesOf('probability') })
  // Of what is known when the model is trained, no gain is told; here some is, since marks come later.
  await writeGains(gainsFile(project.cacheFolder, current.uid), { ...table, gains: valuesOf('gain') })
  for (const image of images) image.labels = image.labels.filter(({ labelId }) => labelId !== removed)
  return { plain: { images, modelId: current.id }, project, suggestions: new Suggestions(project) }
}

const sure = (p: number): number => (p >= 0.5 ? p : 1 - p)
const most = (numbers: number[]): number => Math.fround(numbers.reduce((a, b) => Math.max(a, b), 0))
const open = (image: PlainImage, labelId?: number): PlainPair[] =>
  image.labels.filter(
    (one) => one.state === 0 && !Number.isNaN(one.probability) && (labelId === undefined || one.labelId === labelId),
  )
const confidence = (image: PlainImage, labelId?: number): number =>
  most(open(image, labelId).map(({ probability }) => sure(probability)))

function passes(image: PlainImage, filter: ImageFilter): boolean {
  const pairOf = (labelId: number): PlainPair => image.labels.find((one) => one.labelId === labelId)!
  const known = image.labels.filter(({ state }) => state !== 0)
  const is = {
    ...{ present: (id: number) => pairOf(id).state === 1, absent: (id: number) => pairOf(id).state === -1 },
    ...{ unknown: (id: number) => pairOf(id).state === 0, known: (id: number) => pairOf(id).state !== 0 },
    suggested: (id: number) => confidence(image, id) >= 0.9,
  }
  const isDecided = ({ decided }: PlainPair): boolean => {
    const { by, who, since, until } = filter.decided ?? {}
    if (!decided) return false
    if (by && !by.includes(decided.source)) return false
    if (who !== undefined && decided.annotator !== who) return false
    return !(since && dayOf(decided.day) < since) && !(until && dayOf(decided.day) > until)
  }
  const wanted = (filter.labels ?? []).filter((one) => !['unknown', 'suggested'].includes(one.is))
  const words = (filter.text ?? '').toLowerCase().split(' ').filter(Boolean)
  return (
    (!filter.status || filter.status.includes(image.status)) &&
    (!filter.folder || image.path.startsWith(`${filter.folder}/`)) &&
    words.every((word) => image.path.toLowerCase().includes(word)) &&
    (filter.known !== 'nothing' || known.length === 0) &&
    (filter.known !== 'something' || known.length > 0) &&
    (filter.known !== 'everything' || known.length === labels.length) &&
    (!filter.action || image.actions.includes(filter.action)) &&
    (!filter.disputed || image.disputed) &&
    (filter.suggested === undefined || confidence(image) >= 0.9 === filter.suggested) &&
    (filter.labels ?? []).every((one) => is[one.is](one.labelId)) &&
    (filter.probability ?? []).every(({ labelId, from, to }) => {
      const p = pairOf(labelId).probability
      return p >= Math.fround(from) && p <= Math.fround(to)
    }) &&
    (!filter.decided ||
      (wanted.length === 0 ? known.some(isDecided) : wanted.every(({ labelId }) => isDecided(pairOf(labelId)))))
  )
}

/** What they are sorted by, the largest first. */
function numberOf(image: PlainImage, filter: ImageFilter, sort: ImageSort, modelId: number): number {
  const asked = filter.labels?.find(({ is }) => is === 'unknown' || is === 'suggested')?.labelId
  const labelId = asked ?? filter.probability?.[0]?.labelId
  switch (sort.by) {
    case 'confidence':
      return confidence(image, labelId)
    case 'uncertain':
      return most(open(image, labelId).map(({ probability }) => 1.5 - sure(probability)))
    case 'usefulness':
      return image.labels
        .filter((one) => one.state === 0 && one.gain > 0 && (labelId === undefined || one.labelId === labelId))
        .reduce((sum, { gain }) => sum + gain, 0)
    case 'mistakes': {
      const of = labelId ?? filter.labels?.[0]?.labelId
      const doubted = image.labels.filter(
        (one) =>
          one.decided && !one.decided.byThisModel && one.probability >= 0 && (of === undefined || one.labelId === of),
      )
      return most(doubted.map(({ state, probability }) => (state === 1 ? 1 - probability : probability)))
    }
    case 'audit':
      return confidence(image, labelId) >= 0.9 ? Math.fround(placeInAudit(image.id, sort.seed ?? modelId)) : 0
    case 'label': {
      const p = image.labels.find((one) => one.labelId === sort.labelId)!.probability
      if (Number.isNaN(p)) return Number.NEGATIVE_INFINITY
      return { present: p, absent: -p, uncertain: -Math.abs(p - 0.5) }[sort.towards]
    }
    default:
      return 0
  }
}

const natural = new Intl.Collator('en', { numeric: true })

function expected({ images, modelId }: Plain, { filter = {}, sort = { by: 'path' }, page }: PairQuery) {
  const byPath = images.toSorted((a, b) => natural.compare(a.path, b.path))
  const found = byPath.filter((image) => passes(image, filter))
  const descending = 'descending' in sort ? sort.descending : undefined
  const inFile = {
    path: (image: PlainImage) => byPath.indexOf(image),
    added: ({ id }: PlainImage) => id,
    modified: ({ modifiedAt }: PlainImage) => modifiedAt,
    known: (image: PlainImage) => image.labels.filter(({ state }) => state !== 0).length,
  }
  const isInFile = (by: string): by is keyof typeof inFile => by in inFile
  const [by, sign] = [sort.by, descending ? -1 : 1]
  if (isInFile(by)) found.sort((a, b) => sign * (inFile[by](a) - inFile[by](b) || a.id - b.id))
  else {
    const largestFirst = sort.by === 'label' || (descending ?? true)
    const number = (image: PlainImage): number => numberOf(image, filter, sort, modelId)
    // Of what nothing is said, nothing is to be subtracted.
    const order = (a: number, b: number): number => (a === b ? 0 : a < b ? 1 : -1)
    found.sort((a, b) => (largestFirst ? 1 : -1) * order(number(a), number(b)))
  }
  const ids = found.map(({ id }) => id)
  const from = page?.from ?? 0
  return { total: ids.length, ids: page ? ids.slice(from, from + page.count) : ids }
}

function randomQuery(random: RandomState, actions: number): PairQuery {
  const pick = <T>(of: readonly T[]): T => of[random.integer(of.length)]
  const few = <T>(make: () => T): T[] => Array.from({ length: 1 + random.integer(2) }, make)
  const filters: (() => ImageFilter)[] = [
    () => ({ status: pick([['ok'], ['missing', 'broken'], []] as ImageStatus[][]) }),
    () => ({ folder: pick(['sea', 'sea/deep', 'lan']) }),
    () => ({ text: pick(['cat', 'CAT sea', 'g 1', 'nowhere']) }),
    () => ({ known: pick(['nothing', 'something', 'everything'] as const) }),
    () => ({ action: 1 + random.integer(actions) }),
    () => ({ disputed: true }),
    () => ({ suggested: pick([true, false]) }),
    () => ({
      labels: few(() => ({
        labelId: pick(labels),
        is: pick(['present', 'absent', 'unknown', 'known', 'suggested'] as const),
      })),
    }),
    () => ({
      probability: few(() => ({ labelId: pick(labels), from: pick([0, 0.1, 0.5]), to: pick([0.1, 0.9, 1]) })),
    }),
    () => ({
      decided: pick([
        { by: ['human', 'import'] },
        { who: 'Ada' },
        { since: dayOf(3) },
        { until: dayOf(3) },
        { by: ['accepted_suggestion'], since: dayOf(2), until: dayOf(5) },
      ] as NonNullable<ImageFilter['decided']>[]),
    }),
  ]
  const some = random.shuffle(filters).slice(0, random.integer(3))
  const sort = pick<() => ImageSort>([
    () => ({
      by: pick(['path', 'added', 'modified', 'known', 'confidence', 'usefulness', 'uncertain', 'mistakes'] as const),
      descending: pick([undefined, true, false]),
    }),
    () => ({ by: 'audit', seed: pick([undefined, 7]) }),
    () => ({ by: 'label', labelId: pick(labels), towards: pick(['present', 'uncertain', 'absent'] as const) }),
  ])()
  return {
    filter: Object.assign({}, ...some.map((make) => make())),
    sort,
    page: pick([undefined, { count: 3 }, { from: 2, count: 5 }, { from: 100, count: 1 }]),
  }
}

test('every filter, order and page finds what an obvious search finds', async () => {
  const random = new RandomState(11)
  const seen = new Set<string>()
  let found = 0
  for (let round = 0; round < 5; round++) {
    const { plain, project, suggestions } = await randomProject(random)
    const actions = project.history.list(1)[0].id
    for (let i = 0; i < 300; i++) {
      const query = randomQuery(random, actions)
      const { ids, total } = await findImages({ project, suggestions }, query)
      expect({ total, ids: [...ids] }, JSON.stringify(query)).toEqual(expected(plain, query))
      if (ids.length > 0) for (const key of Object.keys(query.filter!)) seen.add(key)
      if (ids.length > 1) seen.add(query.sort!.by)
      found += ids.length
    }
  }
  // It is no search of nothing: each filter and each order has found something.
  expect([...seen].sort()).toEqual(
    [
      ...['action', 'added', 'audit', 'confidence', 'decided', 'disputed', 'folder', 'known', 'label', 'labels'],
      ...['mistakes', 'modified', 'path', 'probability', 'status', 'suggested', 'text', 'uncertain', 'usefulness'],
    ].sort(),
  )
  expect(found).toBeGreaterThan(2000)
})

test('without a model nobody suggests anything, and orders by a model are by path', async () => {
  const project = newProject({ labels: ['a'], images: ['2.jpg', '10.jpg', '1.jpg'] })
  const suggestions = new Suggestions(project)
  const found = async (query: PairQuery) => [...(await findImages({ project, suggestions }, query)).ids]
  for (const by of ['confidence', 'usefulness', 'uncertain', 'mistakes', 'audit'] as const)
    expect(await found({ sort: { by } })).toEqual([3, 1, 2])
  expect(await found({ sort: { by: 'label', labelId: 1, towards: 'present' } })).toEqual([3, 1, 2])
  expect(await found({ filter: { suggested: true } })).toEqual([])
  expect(await found({ filter: { labels: [{ labelId: 1, is: 'suggested' }] } })).toEqual([])
  expect(await found({ filter: { probability: [{ labelId: 1, from: 0, to: 1 }] } })).toEqual([])
})
