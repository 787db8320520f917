import type { Connection } from '../database.ts'
import { projectTooNew, projectTooOld } from '../errors.ts'
import { first } from './001_first.ts'
import { labelRelations } from './002_label_relations.ts'
import { statements } from './003_statements.ts'
import { sentActions } from './004_sent_actions.ts'

/** "Surm": how `file` and the open dialog recognise a project, besides its name. */
export const applicationId = 0x5375726d

/** Number n − 1 leads from version n − 1 to n; 0 is an empty file. Released ones are never edited: add the next. */
export const migrations: readonly string[] = [first, labelRelations, statements, sentActions]

export const newestVersion = migrations.length

export interface MigrateOptions {
  readOnly?: boolean
  /** Called once before the first step, unless the file is empty. */
  before?: (connection: Connection) => void
}

/**
 * Brings the schema up to date; each migration is all or nothing.
 * @throws UserError `project-too-new` before anything is touched; `project-too-old` if it can't be written
 */
export function migrate(
  connection: Connection,
  steps: readonly string[] = migrations,
  { readOnly = false, before }: MigrateOptions = {},
): void {
  const version = connection.pragma('user_version') as number
  if (version > steps.length) throw projectTooNew(connection.path, version, steps.length)
  if (version < steps.length && readOnly) throw projectTooOld(connection.path)
  // A new file has nothing to lose.
  if (version > 0 && version < steps.length) before?.(connection)
  for (let next = version + 1; next <= steps.length; next++) {
    connection.transaction(() => {
      connection.script(steps[next - 1])
      connection.pragma(`application_id = ${applicationId}`)
      connection.pragma(`user_version = ${next}`)
    })
  }
}
