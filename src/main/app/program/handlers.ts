import { UserError } from '../../base/errors.ts'
import { examine } from '../doctor/doctor.ts'
import type { Surroundings } from '../surroundings.ts'
import { browseFolder } from './browse.ts'

/** Handlers for the program itself: facts about it, what it remembers for its user, jobs and events. */
export const programHandlers = ({ app, events, jobs, os, shell }: Surroundings) => ({
  app: {
    info: os.app.info.handler(() => app.info(shell.kind, shell.pick !== undefined)),
    recent: os.app.recent.handler(() => app.recent.list()),
    forgetRecent: os.app.forgetRecent.handler(({ input }) => app.recent.forget(input.path)),
    preferences: os.app.preferences.handler(() => app.preferences.get()),
    setPreferences: os.app.setPreferences.handler(({ input }) => app.preferences.set(input)),
    remembered: os.app.remembered.handler(() => app.remembered.all()),
    remember: os.app.remember.handler(({ input }) => app.remembered.set(input.key, input.value)),
    doctor: os.app.doctor.handler(() => examine(app)),
    pick: os.app.pick.handler(async ({ input }) => {
      if (!shell.pick) throw new UserError('no-dialogs', 'System dialogs aren’t available here.', 'Type the path.')
      return { path: await shell.pick(input) }
    }),
    menu: os.app.menu.handler(({ input }) => shell.setMenu?.(input.actions)),
    takeGiven: os.app.takeGiven.handler(() => shell.takeGiven?.() ?? []),
    showLog: os.app.showLog.handler(() => shell.reveal(app.logFile)),
    pageFailed: os.app.pageFailed.handler(({ input: { message, stack } }) => {
      app.context.log.error('A page failed', Object.assign(new Error(message), { stack }))
    }),
    browse: os.app.browse.handler(({ input }) => browseFolder(input.folder, input.extensions)),
    events: os.app.events.handler(({ signal }) => events.subscribe(signal)),
  },
  jobs: {
    list: os.jobs.list.handler(() => jobs.list()),
    cancel: os.jobs.cancel.handler(({ input }) => jobs.cancel(input.id)),
  },
})
