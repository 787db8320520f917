import { existsSync, realpathSync } from 'node:fs'
import { asUserError, UserError } from '../../base/errors.ts'
import { Connection } from '../database.ts'
import { isSqliteFailure, projectDamaged, projectNotFound } from '../errors.ts'
import { newestVersion } from '../migrations/index.ts'
import { hasOwnSchema, strayParts } from '../schema.ts'
import { faultOf, findDamage } from './damage.ts'
import { keepAsItIs } from './keepBackup.ts'
import { ProjectLock } from './lock.ts'
import { keepPrivate } from './privacy.ts'

export interface Repaired {
  /** The repairs, in a few words each; empty if the file was sound. */
  mended: string[]
  /** The backup of the file before the repair; null if nothing was repaired. */
  keptAs: string | null
}

/** Each step repairs one column of one table, or one kind of invariant between rows. */
const maxSteps = 200

/**
 * Repairs a damaged project file as far as no marks are involved: impossible values get their defaults, and counts are recomputed.
 * Marks are neither added nor removed. All or nothing; the file is backed up first.
 * @throws UserError `project-damaged` if something can't be replaced; `project-open-elsewhere`, `project-not-found`, those of
 *   `keepBackup`
 */
export function repairProject(path: string): Repaired {
  if (!existsSync(path)) throw projectNotFound(path)
  const file = realpathSync(path)
  // The backup must be as private as the file.
  const letOthers = keepPrivate(file)
  try {
    const lock = new ProjectLock(file)
    try {
      return repairLocked(file)
    } finally {
      lock.release()
    }
  } catch (error) {
    throw asUserError(error)
  } finally {
    letOthers()
  }
}

function repairLocked(file: string): Repaired {
  const look = new Connection(file, { readOnly: true })
  try {
    const version = look.pragma('user_version')
    if (version === newestVersion && !faultOf(look, { whole: true })) return { mended: [], keptAs: null }
  } finally {
    look.close()
  }
  const keptAs = keepAsItIs(file)
  const db = new Connection(file)
  try {
    // What is repaired first stands beside what isn't repaired yet.
    db.pragma('ignore_check_constraints = ON')
    const mended = db.transaction(() => {
      const done = mendOrRefuse(db)
      const left = faultOf(db, { whole: true })
      if (left) throw beyond(file, left.where)
      return done
    })
    return { mended, keptAs }
  } finally {
    db.close()
  }
}

/** A missing table, or two rows with one name, would block the other steps. */
function mendOrRefuse(db: Connection): string[] {
  try {
    return mend(db)
  } catch (error) {
    throw isSqliteFailure(error) ? beyond(db.path, error.message) : error
  }
}

function mend(db: Connection): string[] {
  const mended: string[] = []
  const { missing, added } = strayParts(db)
  for (const sql of [...added, ...missing]) db.script(sql)
  if (missing.length > 0) mended.push(`${missing.length} of its indexes`)
  if (added.length > 0) mended.push('what was added that acts by itself')
  if (hasOwnSchema(db) && db.pragma('user_version') !== newestVersion) {
    db.pragma(`user_version = ${newestVersion}`)
    mended.push('the number of its format')
  }
  for (let step = 0; step < maxSteps; step++) {
    const damage = findDamage(db, { whole: true })
    if (!damage) break
    if (damage.mend === undefined || mended.includes(damage.where)) throw beyond(db.path, damage.where)
    db.script(damage.mend)
    mended.push(damage.where)
  }
  return mended
}

function beyond(file: string, where: string | undefined): UserError {
  const { code, message } = projectDamaged(file, { where })
  return new UserError(code, message, 'This can’t be repaired: restore a backup. The file was left unchanged.')
}
