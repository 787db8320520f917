import type { AppEvent, Job, ProjectSummary } from '../../contract/schemas.ts'
import { client, connection } from '../bridge/client.ts'
import { flush } from './outbox.ts'
import { tryPicturesAgain } from './pictures.ts'
import { keys, queryClient } from './queries.ts'
import { rows } from './rows.ts'
import { thumbnails } from './thumbnails.ts'
import { notify, resetView, ui } from './ui.ts'

/** What the desktop asks of a page. */
interface Desktop {
  /** Something was chosen in the menu bar. */
  runAction(id: string): void
  /** Something may have been given to the program. */
  takeGiven(): void
}

/** Follows what happens in the main process, for as long as the page lives. */
export function followEvents(desktop: Desktop): void {
  connection.onChange((line) => {
    ui.set({ line })
    if (line !== 'here') return
    ui.set(({ notices }) => ({ notices: notices.filter(({ code }) => code !== 'connection-lost') }))
    void listen(desktop)
    // What the program was started with, before this page was there.
    desktop.takeGiven()
    void catchUp()
  })
  connection.start()
}

/** Whatever was missed meanwhile: after what is still to be saved, or it would be shown as it was before that. */
async function catchUp(): Promise<void> {
  await flush()
  rows.invalidate(null)
  thumbnails.askAgain()
  tryPicturesAgain()
  void queryClient.invalidateQueries()
}

async function listen(desktop: Desktop): Promise<void> {
  try {
    for await (const event of await client.app.events()) receive(event, desktop)
  } catch {
    // The line is gone; the next one listens anew.
  }
}

const invalidate = (queryKey: readonly unknown[]) => void queryClient.invalidateQueries({ queryKey })

function receive(event: AppEvent, desktop: Desktop): void {
  switch (event.kind) {
    case 'project':
      receiveProject(event.project)
      break
    case 'labels':
      invalidate(keys.labels)
      invalidate(['detail'])
      break
    case 'images':
      tryPicturesAgain()
      rows.invalidate(null)
      refreshList()
      break
    case 'states':
      queryClient.setQueryData<ProjectSummary | null>(keys.project, (project) =>
        project ? { ...project, undoTitle: event.undoTitle, redoTitle: event.redoTitle } : project,
      )
      rows.invalidate(event.imageIds)
      invalidate(keys.labels)
      for (const id of event.imageIds ?? []) invalidate(keys.detail(id))
      if (!event.imageIds) invalidate(['detail'])
      refreshList()
      break
    case 'suggestions':
      rows.invalidate(null)
      invalidate(['detail'])
      queryClient.removeQueries({ queryKey: keys.reasons })
      invalidate(keys.bulk)
      invalidate(keys.models)
      refreshList()
      break
    case 'job':
      queryClient.setQueryData<Job[]>(keys.jobs, (jobs = []) => [
        ...jobs.filter(({ id }) => id !== event.job.id),
        event.job,
      ])
      // A text half may have come.
      if (event.job.state === 'done') invalidate(keys.names)
      break
    case 'action':
      desktop.runAction(event.id)
      break
    case 'given':
      desktop.takeGiven()
      break
    case 'notice':
      notify(event.level, event)
  }
}

function receiveProject(project: ProjectSummary | null): void {
  const before = queryClient.getQueryData<ProjectSummary | null>(keys.project)
  queryClient.setQueryData(keys.project, project)
  if (before?.uuid !== project?.uuid) {
    // What was asked for while a project closed is for the next one. What a project was opened with is done: keys are for its
    // images as soon as they are seen.
    const { dialog } = ui.get()
    const isForNext = !project && (dialog?.kind === 'open-project' || dialog?.kind === 'new-project')
    resetView(isForNext ? dialog : null)
    // The tour of a project that is just opened may have begun before this is told.
    if (before) ui.set({ tour: null })
    rows.clear()
    thumbnails.clear()
    queryClient.removeQueries({ queryKey: ['detail'] })
    queryClient.removeQueries({ queryKey: keys.reasons })
    queryClient.removeQueries({ queryKey: keys.ids })
    void flush()
  }
  invalidate(keys.labels)
  invalidate(keys.models)
  invalidate(keys.names)
  if (!project) invalidate(keys.recent)
}

/**
 * The list is asked for again when what it depends on may have changed; but not under the hands of somebody who goes through it
 * image by image, whose next image would not be the one that was next.
 */
function refreshList(): void {
  const open = ui.get().screen.kind === 'image'
  void queryClient.invalidateQueries({ queryKey: keys.ids, refetchType: open ? 'none' : 'active' })
}

/** Coming back to the grid: now the list may change. */
export function refreshStaleList(): void {
  void queryClient.refetchQueries({ queryKey: keys.ids, type: 'active', stale: true })
}
