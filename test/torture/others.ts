import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import { openProject } from '../../src/main/project/file/open.ts'
import { checkCache, temporaryFilesIn } from './caches.ts'
import { readFile } from './ledger.ts'
import { Program } from './program.ts'
import type { Told } from './torture.ts'
import type { Workshop } from './workshop.ts'

/** How long a thing takes here when nobody kills it: the moment of death is drawn from that. */
const usual = new Map<string, number>()

/** Does it once to its end, to know how long that is. */
async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  await work()
  usual.set(name, performance.now() - started)
}

const moment = (shop: Workshop, name: string): number => shop.moment(usual.get(name)! * 1.1)

/** What a killed command leaves: the temporary files go when the project is opened the next time. */
async function tidied(shop: Workshop, file: string): Promise<string[]> {
  await shop.run('status', file)
  const program = new Program(['serve', file, '--no-open'], shop.home)
  await program.client()
  const left = () => [
    ...temporaryFilesIn(`${file}-cache`, `${file}-backups`),
    ...readdirSync(shop.folder).filter((name) => name.endsWith('.tmp')),
  ]
  for (let i = 0; i < 200 && left().length > 0; i++) await wait(50)
  program.kill(true)
  await program.gone()
  return left().map((name) => `a temporary file stays: ${name}`)
}

function remove(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-lock', '-cache', '-backups'])
    rmSync(file + suffix, { recursive: true, force: true })
}

/** A long history brought to the newest format: before, between, or after, and nothing else. */
export async function migrating(shop: Workshop): Promise<Told> {
  const file = shop.place('old.surmise')
  const start = async () => {
    remove(file)
    shop.copyProject(shop.oldProject(), file)
    const program = new Program(['serve', '--no-open'], shop.home)
    return { program, client: await program.client() }
  }
  if (!usual.has('migrate')) {
    const { program, client } = await start()
    await timed('migrate', () => client.project.open({ path: file }))
    program.kill(true)
    await program.gone()
  }
  const { program, client } = await start()
  let opened = false
  client.project.open({ path: file }).then(
    () => {
      opened = true
    },
    () => undefined,
  )
  await wait(moment(shop, 'migrate'))
  program.kill(true)
  await program.gone()
  const problems = [...readFile(file).problems]
  const before = readFile(shop.oldProject())
  const version = versionOf(file)
  if (opened && version === 1) problems.push('it was opened, and is as old as before')
  openProject(file).close()
  const after = readFile(file)
  if (!isDeepStrictEqual(after.states, before.states)) problems.push('the states are others')
  if (!isDeepStrictEqual(after.actions, before.actions)) problems.push('the history is another')
  const backups = existsSync(`${file}-backups`) ? readdirSync(`${file}-backups`) : []
  for (const name of backups.filter((one) => one.endsWith('.surmise'))) {
    const { states } = readFile(path.join(`${file}-backups`, name))
    if (!isDeepStrictEqual(states, before.states)) problems.push('the backup has other states')
  }
  problems.push(...(await tidied(shop, file)))
  remove(file)
  return { doing: [`migrate (left at ${version})`], problems }
}

function versionOf(file: string): number {
  const db = new Database(file, { readonly: true })
  const version = db.pragma('user_version', { simple: true }) as number
  db.close()
  return version
}

/** A backup put in the place of the project: the file is the one or the other, and what was there is in it or kept. */
export async function restoring(shop: Workshop, source: string): Promise<Told> {
  const file = shop.place('restored.surmise')
  const start = async () => {
    remove(file)
    shop.copyProject(source, file)
    await shop.run('backups', file, '--make')
    const then = readFile(file)
    const project = openProject(file)
    const [imageId] = project.images.ids()
    const [{ id: labelId }] = project.labels.list()
    const state = project.states.ofImage(imageId).find((one) => one.labelId === labelId)?.state === 1 ? -1 : 1
    project.states.set([{ imageId, labelId, state }], { title: 'After the backup' })
    project.close()
    return { then, now: readFile(file) }
  }
  if (!usual.has('restore')) {
    await start()
    await timed('restore', () => shop.run('restore', file, '1'))
  }
  const { then, now } = await start()
  const program = new Program(['restore', file, '1'], shop.home)
  await Promise.race([wait(moment(shop, 'restore')), program.ended])
  const finished = !program.isAlive
  program.kill(true)
  await program.gone()
  const problems = await tidied(shop, file)
  const found = readFile(file)
  problems.push(...found.problems)
  const isThen = isDeepStrictEqual(found.states, then.states)
  const isNow = isDeepStrictEqual(found.states, now.states)
  if (!isThen && !isNow) problems.push('it is neither the one nor the other')
  if (finished && !isThen) problems.push('it was restored, and is not')
  const kept = readdirSync(`${file}-backups`).filter((name) => name.includes(' restore.surmise'))
  const isKept = kept.some((name) => isDeepStrictEqual(readFile(path.join(`${file}-backups`, name)).states, now.states))
  if (isThen && !isKept) problems.push('what was there before is lost')
  remove(file)
  return { doing: ['restore'], problems }
}

/** Another's copy joined into one: as before, or joined, by one action. */
export async function merging(shop: Workshop, source: string): Promise<Told> {
  const [file, other] = [shop.place('ours.surmise'), shop.place('theirs.surmise')]
  const start = () => {
    for (const one of [file, other]) {
      remove(one)
      shop.copyProject(source, one)
    }
    const project = openProject(other)
    const labels = project.labels.list()
    const changes = [...project.images.ids()].flatMap((imageId) =>
      labels.map(({ id: labelId }) => ({ imageId, labelId, state: shop.pick([1, -1] as const) })),
    )
    project.states.set(changes, { title: 'The other one marks all', annotator: 'Ben' })
    project.close()
  }
  if (!usual.has('merge')) {
    start()
    await timed('merge', () => shop.run('merge', file, other))
  }
  start()
  const before = readFile(file)
  const program = new Program(['merge', file, other], shop.home)
  await Promise.race([wait(moment(shop, 'merge')), program.ended])
  const finished = !program.isAlive
  program.kill(true)
  await program.gone()
  const after = readFile(file)
  const problems = [...after.problems]
  const actions = after.actions.length - before.actions.length
  if (actions > 1 || (finished && actions !== 1)) problems.push(`${actions} actions came of it`)
  if (actions === 0 && !isDeepStrictEqual(after.states, before.states))
    problems.push('nothing was done, yet states changed')
  const statements = countStatements(file)
  if ((actions === 0) !== (statements === 0)) problems.push(`${statements} statements came of ${actions} actions`)
  problems.push(...(await tidied(shop, file)))
  for (const one of [file, other]) remove(one)
  return { doing: ['merge'], problems }
}

function countStatements(file: string): number {
  const db = new Database(file, { readonly: true })
  const count = db.prepare('SELECT count(*) FROM statement').pluck().get() as number
  db.close()
  return count
}

/** Features of parts joined: all that were there before are there after. */
export async function joining(shop: Workshop, source: string): Promise<Told> {
  const file = shop.place('parts.surmise')
  const kept = shop.place('parts-template.surmise')
  if (!existsSync(kept)) {
    rmSync(`${kept}-cache`, { recursive: true, force: true })
    shop.copyProject(source, kept)
    rmSync(`${kept}-cache/features`, { recursive: true, force: true })
    await shop.run('embed', kept, '--shard', '1/2', '--device', 'cpu')
    await shop.run('embed', kept, '--shard', '2/2', '--device', 'cpu')
    await shop.run('merge-cache', kept, `${kept}-shard-1-of-2`)
  }
  const [part] = [`${kept}-shard-2-of-2`]
  const start = () => {
    remove(file)
    shop.copyProject(kept, file)
  }
  if (!usual.has('join')) {
    start()
    await timed('join', () => shop.run('merge-cache', file, part))
  }
  start()
  const before = await checkCache(`${file}-cache`)
  const program = new Program(['merge-cache', file, part], shop.home)
  await Promise.race([wait(moment(shop, 'join')), program.ended])
  const finished = !program.isAlive
  program.kill(true)
  await program.gone()
  const after = await checkCache(`${file}-cache`)
  const problems = [...after.problems]
  const there = new Set(after.features)
  const lost = before.features.filter((key) => !there.has(key)).length
  if (lost > 0) problems.push(`the features of ${lost} images are lost`)
  if (finished && there.size <= before.features.length) problems.push('they were joined, and are not')
  if (there.size !== before.features.length && there.size !== 40) problems.push(`features of ${there.size} images`)
  problems.push(...(await tidied(shop, file)))
  remove(file)
  return { doing: ['join features'], problems }
}
