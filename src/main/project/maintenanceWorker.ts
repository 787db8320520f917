import { parentPort, workerData } from 'node:worker_threads'
import { reportOf } from '../base/errors.ts'
import { Connection } from './database.ts'
import type { MaintenanceReply, MaintenanceTask } from './maintenance.ts'

const { path, task } = workerData as { path: string; task: MaintenanceTask }

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

function check(db: Connection): string[] {
  // One moment for all, though marking goes on.
  db.run('BEGIN')
  const problems = db.column<string>('PRAGMA quick_check(10)').filter((line) => line !== 'ok')
  if (problems.length > 0) return problems
  const orphans = db.all<{ table: string; rowid: number | null }>('PRAGMA foreign_key_check')
  return [
    ...orphans.slice(0, 10).map(({ table, rowid }) => `${table} ${rowid ?? ''} refers to a row that is not there`),
    ...db.column<string>(wrongLabelCounts),
    ...db.column<string>(wrongImageCounts),
  ]
}

function checkpoint(db: Connection): string[] {
  db.pragma('wal_checkpoint(PASSIVE)')
  return []
}

function reply(): MaintenanceReply {
  let db: Connection | undefined
  try {
    db = new Connection(path, { readOnly: task === 'check' })
    return { problems: task === 'check' ? check(db) : checkpoint(db) }
  } catch (error) {
    return { error: reportOf(error) }
  } finally {
    db?.close()
  }
}

parentPort!.postMessage(reply())
