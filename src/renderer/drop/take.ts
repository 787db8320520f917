import type { ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { openProject } from '../state/openProject.ts'
import { keys, queryClient } from '../state/queries.ts'
import { notify, notifyError, openDialog } from '../state/ui.ts'
import { type Dropped, planOf } from './plan.ts'

/** Carries out the plan for items that were dropped or opened with the program. @param contents files, in a browser */
export async function takeThings(things: readonly Dropped[], contents?: File): Promise<void> {
  const [formats, recent] = await Promise.all([client.exchange.formats(), recentPaths()])
  const inProject = queryClient.getQueryData<ProjectSummary | null>(keys.project) != null
  const labelEndings = formats.filter(({ reads }) => reads !== null).flatMap(({ extensions }) => extensions)
  const plan = planOf(things, { inProject, labelEndings, recent })
  if (plan.kind === 'refuse') notify('warning', plan)
  else if (plan.kind === 'dialog') openDialog(plan.dialog, plan)
  else if (plan.kind === 'open') {
    await openProject(plan.path)
  } else if (contents) {
    const { path } = await client.exchange.receive({ name: contents.name, contents })
    openDialog('import', { path, note: null })
  }
}

/** Takes what the system has given the program, if anything: a file opened with it or dropped on its icon. */
export async function takeGiven(): Promise<void> {
  try {
    const things = await client.app.takeGiven()
    if (things.length > 0) await takeThings(things)
  } catch (error) {
    notifyError(error)
  }
}

async function recentPaths(): Promise<string[]> {
  // The start screen's list may not include the project that was just closed.
  const known = await client.app.recent()
  return known.filter(({ found }) => found).map(({ path }) => path)
}
