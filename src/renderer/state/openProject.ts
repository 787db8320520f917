import type { ErrorReport } from '../../contract/schemas.ts'
import { client, reportOf } from '../bridge/client.ts'
import { closeDialog, openDialog } from './ui.ts'

/** What stands in the way of writing only. */
const readable = new Set(['project-open-elsewhere', 'project-locked', 'project-read-only'])
/** What a backup can take the place of. */
const replaceable = new Set(['project-damaged', 'not-a-project', 'project-not-found'])

export const canBeRead = ({ code }: ErrorReport): boolean => readable.has(code)
export const canBeRestored = ({ code }: ErrorReport): boolean => replaceable.has(code)

/**
 * Opens a project. Where it can't be opened as it is, but read, or restored from a backup, a dialog offers that.
 * @throws what can't be helped by either
 */
export async function openProject(path: string): Promise<void> {
  try {
    await client.project.open({ path })
    closeDialog()
  } catch (error) {
    const report = reportOf(error)
    // One that is not there at all is told where it was asked for.
    if (!canBeRead(report) && report.code !== 'project-damaged') throw error
    openDialog('open-project', { path, note: null, error: report })
  }
}
