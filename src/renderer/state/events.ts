import type { AppEvent, Job, ProjectSummary } from '../../contract/schemas.ts'
import { client, connection } from '../bridge/client.ts'
import { flush, flushFor } from './outbox.ts'
import { tryPicturesAgain } from './pictures.ts'
import { keys, queryClient } from './queries.ts'
import { rows } from './rows.ts'
import { thumbnails } from './thumbnails.ts'
import { notify, resetView, ui } from './ui.ts'

/** Requests from the desktop window. */
interface Desktop {
  /** A menu item was chosen. */
  runAction(id: string): void
  /** A file may have been opened with the program. */
  takeGiven(): void
}

/** Follows events of the main process for the lifetime of the page. */
export function followEvents(desktop: Desktop): void {
  connection.onChange((line) => {
    ui.set({ line })
    if (line !== 'here') return
    ui.set(({ notices }) => ({ notices: notices.filter(({ code }) => code !== 'connection-lost') }))
    void listen(desktop)
    // The file that the program was started with, before this page existed.
    desktop.takeGiven()
    void catchUp()
  })
  connection.start()
}

/** Catches up after a lost connection. Unsaved changes go first; otherwise the page would show the state before them. */
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
    // The connection is lost; the next one subscribes again.
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
      // A text encoder may have been downloaded.
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
    // A dialog that was requested while a project closed belongs to the next one. The dialog that opened this project is
    // done: keys go to the images as soon as they are shown.
    const { dialog } = ui.get()
    const isForNext = !project && (dialog?.kind === 'open-project' || dialog?.kind === 'new-project')
    resetView(isForNext ? dialog : null)
    // The tour of a project that has just opened may have started before this event arrives.
    if (before) ui.set({ tour: null })
    rows.clear()
    thumbnails.clear()
    queryClient.removeQueries({ queryKey: ['detail'] })
    queryClient.removeQueries({ queryKey: keys.reasons })
    queryClient.removeQueries({ queryKey: keys.ids })
    void flush()
  } else if (project) void flushFor(project.uuid)
  invalidate(keys.labels)
  invalidate(keys.models)
  invalidate(keys.names)
  if (!project) invalidate(keys.recent)
}

/**
 * Refetches the list when what it depends on may have changed, but not while somebody is going through it image by image: their
 * next image would no longer be the one they expect.
 */
function refreshList(): void {
  const open = ui.get().screen.kind === 'image'
  void queryClient.invalidateQueries({ queryKey: keys.ids, refetchType: open ? 'none' : 'active' })
}

/** Back in the grid, the list may change. */
export function refreshStaleList(): void {
  void queryClient.refetchQueries({ queryKey: keys.ids, type: 'active', stale: true })
}
