import { existsSync, rmSync } from 'node:fs'
import { UserError } from '../../base/errors.ts'
import { Connection } from '../database.ts'

/**
 * Writes the current state of a project to another file, all or nothing. The cache beside it can be made again, and isn't copied.
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
