import { existsSync, rmSync } from 'node:fs'
import { UserError } from '../../base/errors.ts'
import { Connection } from '../database.ts'

/**
 * Writes a project as it is now to another file, whole or not at all. What can be made again (the cache beside it) is not copied.
 * @throws UserError `project-exists`; what the file system and `asProjectError` say
 */
export function copyProject(from: string, to: string): void {
  if (existsSync(to)) {
    throw new UserError('project-exists', `A file already exists: ${to}`, 'Choose another name or delete it first.')
  }
  const connection = new Connection(from, { readOnly: true })
  try {
    connection.run('VACUUM INTO ?', to)
  } catch (error) {
    rmSync(to, { force: true })
    throw error
  } finally {
    connection.close()
  }
}
