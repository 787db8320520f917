import type { Label, ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { keys, queryClient } from '../state/queries.ts'
import { notify, notifyError } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { dayBegan, sumOf } from './estimate.ts'

/** Closes the project, with a summary of the session. */
export async function closeProject(): Promise<void> {
  const name = queryClient.getQueryData<ProjectSummary | null>(keys.project)?.name ?? ''
  const labels = queryClient.getQueryData<Label[]>(keys.labels) ?? []
  // The summary is optional: closing doesn't depend on it.
  const overview = await client.progress.overview({ today: dayBegan(new Date()) }).catch(() => undefined)
  try {
    await client.project.close()
  } catch (error) {
    notifyError(error)
    return
  }
  const session = overview?.session
  if (!session || sumOf(session.decisions) === 0) return
  const decided = labels.filter(({ id }) => session.labelIds.includes(id)).length
  const said = texts.progress.session(sumOf(session.decisions), session.minutes, session.perMinute, decided)
  notify('info', { message: texts.progress.closed(name), hint: said })
}
