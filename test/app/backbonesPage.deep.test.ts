import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { configure, settingsOf } from '../../src/main/app/backbones/backbones.ts'
import { backbonesPage, clearFeatures } from '../../src/main/app/backbones/backbonesPage.ts'
import { startMeasuring, startTrial } from '../../src/main/app/backbones/backboneTrial.ts'
import { removeBackbone, startFetch } from '../../src/main/app/backbones/fetching.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { fetchedFile } from '../../src/main/backbone/download/fetched.ts'
import { knownBackbone, knownBackbones, resourcesFolder } from '../../src/main/backbone/list/manifest.ts'
import { FileServer } from '../backbone/fileServer.ts'
import { newApplication, pictureProject, temporaryFolder } from './support.ts'

const tiny = readFileSync(path.join(resourcesFolder, 'surmise-tiny.onnx'))
let server: FileServer

/** An organisation's own list, with one backbone on a server of this machine. */
function ownList(more: object = {}): void {
  const file = path.join(temporaryFolder(), 'own.json')
  const card = { size: 64, features: 'features', pooled: 'pooled' }
  const about = { title: 'House', megabytes: 6.8, licence: 'ours', goodAt: 'Our photos.', card }
  const backbones = [{ name: 'house', ...about, model: { url: server.url.href }, ...more }]
  writeFileSync(file, JSON.stringify({ version: 1, backbones }))
  vi.stubEnv('SURMISE_BACKBONES', file)
}

beforeEach(async () => {
  server = await FileServer.start(tiny)
  ownList()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.stop()
})

const by = { name: 'house', mirror: '', proxy: '' }

describe('the list', () => {
  test('says of each backbone what it weighs, may be used for, and where it comes from', async () => {
    vi.unstubAllEnvs()
    const { rows, project } = await backbonesPage(newApplication().context)
    expect(project).toBeNull()
    expect(rows.map(({ specification }) => specification)).toEqual([
      ...['surmise-tiny', 'dinov2-small', 'dinov2-base', 'siglip2-base', 'clip-vit-base-patch16', 'convnext-tiny'],
      ...['efficientnet-b0', 'resnet-101', 'mobilenetv4-medium'],
    ])
    const [first, ...others] = rows
    expect(first).toMatchObject({ kind: 'built-in', there: true, host: null, bytes: tiny.length, exact: true })
    for (const row of others) {
      expect(row).toMatchObject({ kind: 'to-fetch', there: false, begun: 0, host: 'huggingface.co' })
      expect(row.bytes).toBeGreaterThan(1e7)
      expect(row.licence && row.goodAt).not.toBe('')
      // Nothing is claimed of what was never run here.
      expect(row.unverified).not.toEqual([])
    }
  })

  test('is encrypted wherever it leads', () => {
    for (const { model, textEncoder } of knownBackbones({})) {
      for (const { url } of [...(model ? [model] : []), ...(textEncoder?.files ?? [])]) expect(url).toMatch(/^https:/)
    }
  })

  test('of one’s own adds to it and replaces; one that can’t be used says why', () => {
    expect(knownBackbones().at(-1)).toMatchObject({ name: 'house', licence: 'ours' })
    ownList({ name: 'surmise-tiny' })
    expect(knownBackbones()[0]).toMatchObject({ name: 'surmise-tiny', title: 'House' })
    ownList({ model: { url: 'file:///etc/passwd' } })
    expect(() => knownBackbones()).toThrow(/url/)
    ownList({ sizes: 3 })
    expect(() => knownBackbones()).toThrow(/sizes/)
  })
})

test('a backbone is fetched, known by its name, checked against its first hash, and removed', async () => {
  const { workspace, application } = await pictureProject(3)
  const { context } = application
  await expect(configure(workspace, { backbone: 'house' })).rejects.toMatchObject({
    code: 'backbone-not-fetched',
    hint: expect.stringContaining('surmise backbones fetch house'),
  })
  const { checked, bytes } = await startFetch(context, by).done
  expect([checked, bytes]).toEqual([false, tiny.length])
  await configure(workspace, { backbone: 'house' })
  expect(settingsOf(workspace.project).backbone).toBe('house')
  // There already: nobody is asked.
  const asked = server.ranges.length
  await startFetch(context, by).done
  expect(server.ranges).toHaveLength(asked)

  const rowOf = async () => (await backbonesPage(context)).rows.find(({ specification }) => specification === 'house')
  expect(await rowOf()).toMatchObject({ there: true, hash: 'remembered', exact: true, bytes: tiny.length })
  await removeBackbone(context, 'house')
  expect(await rowOf()).toMatchObject({ there: false, hash: 'remembered' })
  await expect(removeBackbone(context, 'surmise-tiny')).rejects.toMatchObject({ code: 'backbone-built-in' })

  // The same address gives another file: refused, unless a person says that it is well.
  server.content = readFileSync(path.join(resourcesFolder, 'surmise-tiny.onnx'))
  server.content[server.content.length - 2] ^= 1
  await expect(startFetch(context, by).done).rejects.toMatchObject({ code: 'download-hash' })
  expect(readdirSync(path.join(context.configFolder, 'backbones', 'house'))).toEqual([])
  await startFetch(context, { ...by, acceptNew: true }).done
  expect(await rowOf()).toMatchObject({ there: true })
})

test('a download can be cancelled, shows how far it was, and goes on; a file that is no model is not kept', async () => {
  const { context } = newApplication()
  server.instead.push((request, response) => server.send(request, response, 2_000_000))
  const job = startFetch(context, by)
  server.instead.push((_, __) => context.jobs.cancel(job.id))
  await expect(job.done).rejects.toMatchObject({ code: 'cancelled' })
  const row = async () => (await backbonesPage(context)).rows.find(({ specification }) => specification === 'house')
  expect(await row()).toMatchObject({ there: false, begun: 2_000_000 })
  server.ranges.length = 0
  await startFetch(context, by).done
  expect(server.ranges).toEqual(['bytes=2000000-'])
  expect(await row()).toMatchObject({ there: true, begun: 0 })

  await removeBackbone(context, 'house')
  ownList({ name: 'page' })
  server.content = Buffer.from('<html>Log in to the wireless network</html>')
  server.etag = '"page"'
  await expect(startFetch(context, { ...by, name: 'page', acceptNew: true }).done).rejects.toMatchObject({
    code: 'model-not-onnx',
  })
  expect(readdirSync(path.join(context.configFolder, 'backbones', 'page'))).toEqual([])
})

test('a text encoder comes when it is asked for, and is told of only then', async () => {
  const { context } = newApplication()
  const text = { encoder: 'text_model.onnx', tokenizer: 'tokenizer.json' }
  const files = [
    { as: 'text_model.onnx', url: server.url.href },
    { as: 'tokenizer.json', url: `${server.url.href}?tokenizer` },
  ]
  ownList({ card: { size: 64, text }, textEncoder: { megabytes: 7, files } })
  const row = async () => (await backbonesPage(context)).rows.find(({ specification }) => specification === 'house')
  const known = async () => (await fetchedFile(knownBackbone('house'), context.configFolder)).card.text
  await startFetch(context, by).done
  expect([(await row())?.text, await known()]).toEqual(['to-fetch', undefined])
  await startFetch(context, { ...by, withText: true }).done
  expect([(await row())?.text, await known()]).toEqual(['there', text])
  const folder = path.join(context.configFolder, 'backbones', 'house')
  expect(readdirSync(folder).filter((name) => !name.endsWith('.json'))).toEqual(['model.onnx', 'text_model.onnx'])
  expect(server.asked.map(({ url }) => url)).toEqual([
    '/models/file.onnx',
    '/models/file.onnx',
    '/models/file.onnx?tokenizer',
  ])
})

test('two backbones are compared on what is known; features of each are kept apart, told, and cleared', async () => {
  const { workspace, application, folder } = await pictureProject(40)
  const { project } = workspace
  await expect(startTrial(workspace, { specifications: ['surmise-tiny'] })).rejects.toMatchObject({
    code: 'too-little-known',
  })
  const file = path.join(folder, 'mine.onnx')
  copyFileSync(path.join(resourcesFolder, 'surmise-tiny.onnx'), file)
  const ids = [...project.images.known()].map(({ id }) => id)
  const [left, right] = project.labels.list()
  const changes = ids.slice(0, 30).flatMap((imageId, i) => [
    { imageId, labelId: left.id, state: i % 2 === 0 ? (1 as const) : (-1 as const) },
    { imageId, labelId: right.id, state: i % 2 === 0 ? (-1 as const) : (1 as const) },
  ])
  project.states.set(changes, { title: 'Some' })

  const specifications = ['surmise-tiny@64', `${file}@64:half`]
  const trial = await (await startTrial(workspace, { specifications, images: 24 })).done
  expect(trial).toMatchObject({ images: 24, labels: 2, heldOut: 48 })
  expect(trial.results.map(({ specification }) => specification)).toEqual(specifications)
  // The same weights: the same figures, and no difference.
  expect(trial.results[0].mAP).toBeGreaterThan(0.5)
  expect(trial.results[1].mAP).toBe(trial.results[0].mAP)
  expect(trial.difference).toEqual({ points: 0, clear: false, better: 0, worse: 0 })

  const page = async () => (await backbonesPage(application.context, workspace)).project!
  expect((await page()).trials).toEqual([trial])
  expect((await page()).caches).toEqual([
    expect.objectContaining({ name: 'surmise-tiny = mine.onnx, 64 × 64', images: 24 }),
  ])
  const speed = await startMeasuring(workspace, 'surmise-tiny@64+flip').done
  expect(speed.perSecond).toBeGreaterThan(0)
  expect(await application.context.speeds.all()).toMatchObject({ 'surmise-tiny@64': speed })

  // Another backbone: what was trained stays, and suggests on.
  const model = await (await startTraining(workspace, { device: 'cpu' })).done
  expect(await application.context.speeds.all()).toHaveProperty('surmise-tiny')
  await configure(workspace, { backbone: `${file}@96:half` })
  expect(project.models.current()?.id).toBe(model.id)
  const caches = (await page()).caches
  expect(caches).toHaveLength(2)
  const [largest] = caches
  expect(largest).toMatchObject({ images: 40, name: 'surmise-tiny, 224 × 224', current: false })
  expect(await clearFeatures(workspace, largest.identity)).toEqual({ bytes: largest.bytes })
  expect((await page()).caches).toHaveLength(1)
  expect(existsSync(path.join(project.cacheFolder, 'features', largest.identity))).toBe(false)
  await expect(clearFeatures(workspace, largest.identity)).rejects.toMatchObject({ code: 'cache-unknown' })
  await expect(clearFeatures(workspace, '../..')).rejects.toMatchObject({ code: 'cache-unknown' })
  expect(project.models.current()?.id).toBe(model.id)
})
