import { closeSync, fsyncSync, openSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { reportOf } from '../../base/errors.ts'
import { Connection } from '../database.ts'
import { projectDamaged } from '../errors.ts'
import { findDamage } from './damage.ts'
import type { MaintenanceCall, MaintenanceReply, MaintenanceTasks, ProjectContents } from './maintenance.ts'

const wrongLabelCounts = `
  SELECT 'label ' || label.id || ' has wrong counts' FROM label
  LEFT JOIN (SELECT label_id, sum(state = 1) AS present, sum(state = -1) AS absent FROM label_state GROUP BY label_id)
    ON label_id = label.id
  WHERE present_count <> coalesce(present, 0) OR absent_count <> coalesce(absent, 0) LIMIT 10`

const wrongImageCounts = `
  SELECT 'image ' || image.id || ' has wrong counts' FROM image
  LEFT JOIN (SELECT image_id, sum(state = 1) AS present, sum(state = -1) AS absent
             FROM label_state WHERE label_id IN (SELECT id FROM label WHERE removed = 0) GROUP BY image_id)
    ON image_id = image.id
  WHERE present_count <> coalesce(present, 0) OR absent_count <> coalesce(absent, 0) LIMIT 10`

/** Files with equal fingerprints hold the same work. It doesn't use the clock, which may have been set back. */
const fingerprint = `
  SELECT json_array(
    (SELECT user_version FROM pragma_user_version), (SELECT images_root FROM project), (SELECT max(id) FROM action),
    (SELECT json_group_array(key || ' ' || value) FROM setting),
    (SELECT json_array(count(*), max(id), sum(id * is_current)) FROM model),
    (SELECT json_array(count(*), max(id), total(mtime_ms), total(byte_size), sum(status = 'ok'), sum(status = 'missing'),
       total(length(path))) FROM image))`

const contents = `
  SELECT (SELECT count(*) FROM image) AS images,
    (SELECT count(*) FROM label WHERE removed = 0) AS labels,
    (SELECT coalesce(sum(present_count), 0) FROM label WHERE removed = 0) AS present,
    (SELECT coalesce(sum(absent_count), 0) FROM label WHERE removed = 0) AS absent,
    (SELECT title FROM action ORDER BY id DESC LIMIT 1) AS lastAction`

/** Runs work with a connection that is closed whatever happens. */
async function within<T>(file: string, readOnly: boolean, work: (db: Connection) => T | Promise<T>): Promise<T> {
  const db = new Connection(file, { readOnly, cacheMegabytes: 16 })
  try {
    return await work(db)
  } finally {
    db.close()
  }
}

function check(db: Connection): string[] {
  // One consistent snapshot, although marking goes on.
  db.run('BEGIN')
  const problems = db.column<string>('PRAGMA quick_check(10)').filter((line) => line !== 'ok')
  if (problems.length > 0) return problems
  const orphans = db.all<{ table: string; rowid: number | null }>('PRAGMA foreign_key_check')
  return [
    ...orphans.slice(0, 10).map(({ table, rowid }) => `${table} ${rowid ?? ''} refers to a row that is not there`),
    ...db.column<string>(wrongLabelCounts),
    ...db.column<string>(wrongImageCounts),
    ...[findDamage(db, { whole: true })].flatMap((damage) => (damage ? [`${damage.where} can’t be right`] : [])),
  ]
}

async function backup({ file, into, unlessLike, always }: MaintenanceTasks['backup']['input']): Promise<boolean> {
  const same = async (db: Connection): Promise<boolean> => {
    if (db.value('SELECT max(id) FROM action') === null) return true
    if (unlessLike === null) return false
    const print = await within(unlessLike, true, (other) => other.value<string>(fingerprint)).catch(() => undefined)
    return print === db.value<string>(fingerprint)
  }
  const made = await within(file, true, async (db) => {
    if (!always && (await same(db))) return false
    await db.backupTo(into)
    return true
  })
  if (!made) return false
  await within(into, false, (copy) => {
    // A single file that needs nothing beside it, and has been verified in full.
    copy.pragma('journal_mode = DELETE')
    if (copy.pragma('quick_check(1)') !== 'ok') throw projectDamaged(file)
  })
  const handle = openSync(into, 'r+')
  fsyncSync(handle)
  closeSync(handle)
  return true
}

async function contentsOf(file: string): Promise<ProjectContents | null> {
  return within(file, true, (db) => db.get<ProjectContents>(contents) ?? null).catch(() => null)
}

async function answer({ task, input }: MaintenanceCall): Promise<unknown> {
  switch (task) {
    case 'check':
      return within(input.file, true, check)
    case 'checkpoint':
      await within(input.file, false, (db) => db.pragma('wal_checkpoint(PASSIVE)'))
      return null
    case 'backup':
      return backup(input)
    case 'contents':
      return Promise.all(input.files.map(contentsOf))
  }
}

async function reply(): Promise<MaintenanceReply> {
  try {
    return { result: await answer(workerData as MaintenanceCall) }
  } catch (error) {
    return { error: reportOf(error) }
  }
}

parentPort!.postMessage(await reply())
