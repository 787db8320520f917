import type { ErrorReport } from '../../contract/schemas.ts'
import { client, reportOf } from '../bridge/client.ts'
import { closeDialog, openDialog } from './ui.ts'

/** Errors that prevent writing, but not reading. */
const readable = new Set(['project-open-elsewhere', 'project-locked', 'project-read-only'])
/** Errors that a backup can solve. */
const replaceable = new Set(['project-damaged', 'not-a-project', 'project-not-found'])

export const canBeRead = ({ code }: ErrorReport): boolean => readable.has(code)
export const canBeRestored = ({ code }: ErrorReport): boolean => replaceable.has(code)

/**
 * Opens a project. If it can only be opened read-only or restored from a backup, a dialog offers that.
 * @throws what neither can solve
 */
export async function openProject(path: string): Promise<void> {
  try {
    await client.project.open({ path })
    closeDialog()
  } catch (error) {
    const report = reportOf(error)
    // If the file doesn't exist at all, the caller says so.
    if (!canBeRead(report) && report.code !== 'project-damaged') throw error
    openDialog('open-project', { path, note: null, error: report })
  }
}
