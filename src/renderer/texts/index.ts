import { actions } from './actions.ts'
import { isolated } from './bidi.ts'
import { exchange, merging } from './exchange.ts'
import { disputes, image, imageFile, why } from './image.ts'
import { labels } from './labels.ts'
import { backbones, bulk, models, names, report, training } from './models.ts'
import { notNow } from './notNow.ts'
import { backups, crash, doctor, help, history, historyList, palette, settings } from './program.ts'
import { allowImages, browse, create, drop, firstSteps, start, tour } from './start.ts'
import { filters, labelByLabel, mistakes, panels, progress, workbench } from './workbench.ts'

/** Every text of the screens, in one place, by screens in texts/: a translation is another object of this type. */
export const texts = {
  name: 'Surmise',
  tagline: 'Label images with a second pair of eyes. Everything stays on this machine.',
  errors: {
    connectionLost: {
      message: 'Surmise isn’t responding.',
      hint: 'Your saved work is safe. If Surmise has quit, start it again; this page reconnects automatically.',
    },
    bug: { message: 'Something went wrong in Surmise.', hint: 'Your project is safe. See the log file for details.' },
  },
  connection: {
    lost: 'Surmise isn’t responding. Reconnecting…',
    unproven:
      'Something is responding here, but can’t prove that it is Surmise. Open the link that Surmise printed when it started.',
    unsaved: (count: number) =>
      count === 1
        ? 'One change isn’t saved yet. Keep this page open: it will be saved when Surmise is back.'
        : `${count.toLocaleString()} changes aren’t saved yet. Keep this page open: they will be saved when Surmise is back.`,
    waits: (count: number, project: string) => ({
      message:
        count === 1
          ? `One change in “${isolated(project)}” isn’t saved: that project isn’t open.`
          : `${count.toLocaleString()} changes in “${isolated(project)}” aren’t saved: that project isn’t open.`,
      hint: 'Keep this page open, and open that project again to save.',
    }),
  },
  saved: {
    saved: 'All saved',
    saving: 'Saving…',
    failed: 'Not saved',
    waiting: (count: number) => `${count.toLocaleString()} not saved yet`,
  },
  states: { present: 'Present', absent: 'Absent', unknown: 'Unknown', known: 'Known', suggested: 'Suggested' },
  common: {
    cancel: 'Cancel',
    close: 'Close',
    choose: 'Choose…',
    open: 'Open',
    save: 'Save',
    remove: 'Remove',
    add: 'Add',
    done: 'Done',
    loading: 'Loading…',
    back: 'Back',
    examples: 'Examples',
    percent: (fraction: number) => `${Math.floor(fraction * 100)}%`,
    times: (count: number) => `${count.toLocaleString()}×`,
  },
  actions,
  start,
  allowImages,
  create,
  browse,
  firstSteps,
  tour,
  drop,
  workbench,
  panels,
  labels,
  image,
  imageFile,
  why,
  training,
  names,
  disputes,
  report,
  models,
  history,
  exchange,
  merging,
  settings,
  backbones,
  doctor,
  crash,
  help,
  bulk,
  progress,
  backups,
  historyList,
  labelByLabel,
  palette,
  filters,
  mistakes,
  notNow,
  notices: { dismiss: 'Dismiss' },
  address: {
    back: 'Back',
    forward: 'Forward',
    unknown: { message: 'Page not found.', hint: 'You’re still where you were.' },
    elsewhere: {
      message: 'That page belongs to a project that isn’t open.',
      hint: 'Open that project first.',
    },
  },
} as const
