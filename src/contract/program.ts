import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { count, id, list, pathText, procedure, text, texts, wordText } from './base.ts'
import { givenThing, menuAction, pageError } from './desktop.ts'
import { doctorReport } from './doctor.ts'
import { projectSummary } from './project.ts'
import { trainingPoint } from './training.ts'

const panelWidth = z.int().min(100).max(2000)

/** What a person has set up, whichever project is open. */
export const preferences = z.object({
  /** Keys by the id of an action, in the place of those it came with. */
  keys: z.record(z.string(), z.array(z.string().min(1).max(40)).max(4)),
  /** Widths in CSS pixels of the list of labels beside the grid, and of that beside an image; left out: as at first. */
  panels: z.object({ labels: panelWidth, image: panelWidth }).partial(),
  /** The tour was taken, or skipped. */
  tourSeen: z.boolean(),
  /** Whether the desktop application looks for updates: not before somebody has said so. */
  updates: z.enum(['unasked', 'off', 'on']),
  /** Where backbones are fetched from, and by which way; '' for none. */
  downloads: z.object({ mirror: z.string().max(2000), proxy: z.string().max(2000) }),
})
export type Preferences = z.infer<typeof preferences>

/** So many things are remembered of where somebody was; the oldest goes first. */
export const mostRemembered = 500

/** One thing that is remembered. */
export const rememberedThing = z.object({
  key: text('A name', 100).min(1),
  value: z
    .json()
    .refine(
      (value) => JSON.stringify(value).length <= 20_000,
      'What is remembered can have at most 20,000 characters.',
    ),
})

/** What a person sets of them. */
export const preferencesPatch = preferences
  .extend({ keys: texts('keys', z.array(z.string().min(1).max(40)).max(4), 1000) })
  .partial()

export const errorReport = z.object({ code: z.string(), message: z.string(), hint: z.string() })
export type ErrorReport = z.infer<typeof errorReport>

export const job = z.object({
  id,
  kind: z.enum(['scan', 'train', 'import', 'export', 'sample', 'accept', 'fetch', 'try']),
  title: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** A few words: what it is at. */
  phase: z.string(),
  /** 0 … 1; null while nobody can know. */
  fraction: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** When it is over: one sentence on what came of it. */
  outcome: z.string().nullable(),
  error: errorReport.nullable(),
  /** What it runs on, and why on that: a few words. Null while it is not chosen, or makes no difference. */
  device: z.object({ device: z.string(), why: z.string() }).nullable(),
  curve: z.array(trainingPoint),
})
export type Job = z.infer<typeof job>

export const appInfo = z.object({
  version: z.string(),
  shell: z.enum(['electron', 'web']),
  platform: z.string(),
  /** `app.pick` opens the system's dialogs; without them the application shows its own, over `app.browse`. */
  nativeDialogs: z.boolean(),
  homeFolder: z.string(),
  /** Of labels, to choose from: #rrggbb, twelve in the order of their hues. */
  swatches: z.array(z.string()),
  /** In so many images must a label be known present, and in as many absent, to be learnt from. */
  minKnown: count,
})
export type AppInfo = z.infer<typeof appInfo>

export const pickInput = z.object({
  kind: z.enum(['folder', 'open-file', 'save-file']),
  title: text('A title', 1000),
  defaultPath: pathText.optional(),
  /** Without the dot. */
  extensions: list('kinds of file', wordText, 1000).optional(),
})

export const folderListing = z.object({
  folder: z.string(),
  parent: z.string().nullable(),
  places: z.array(z.object({ name: z.string(), path: z.string() })),
  entries: z.array(
    z.object({ name: z.string(), path: z.string(), kind: z.enum(['folder', 'file']), image: z.boolean() }),
  ),
})
export type FolderListing = z.infer<typeof folderListing>

export const recentProject = z.object({ path: z.string(), name: z.string(), openedAt: z.number(), found: z.boolean() })
export type RecentProject = z.infer<typeof recentProject>

/** What everyone who looks is told, after it happened. */
export const appEvent = z.discriminatedUnion('kind', [
  /** Another project, none, or settings or counts of this one. */
  z.object({ kind: z.literal('project'), project: projectSummary.nullable() }),
  z.object({ kind: z.literal('labels') }),
  z.object({ kind: z.literal('images') }),
  /** imageIds null: too many to name. */
  z.object({
    kind: z.literal('states'),
    imageIds: z.array(id).nullable(),
    undoTitle: z.string().nullable(),
    redoTitle: z.string().nullable(),
  }),
  /** Another model suggests, or none. */
  z.object({ kind: z.literal('suggestions') }),
  z.object({ kind: z.literal('job'), job }),
  /** An action of the pages was chosen in the menu bar of the desktop. */
  z.object({ kind: z.literal('action'), id: z.string() }),
  /** The system has given something (`app.takeGiven`). */
  z.object({ kind: z.literal('given') }),
  z.object({
    kind: z.literal('notice'),
    level: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    hint: z.string(),
  }),
])
export type AppEvent = z.infer<typeof appEvent>

export const programContract = {
  app: {
    info: procedure.output(appInfo),
    recent: procedure.output(z.array(recentProject)),
    forgetRecent: procedure.input(z.object({ path: pathText })),
    preferences: procedure.output(preferences),
    /** Looks at versions, devices, disk, permissions, the open project and its cache; takes some seconds, and changes nothing. */
    doctor: procedure.output(doctorReport),
    setPreferences: procedure.input(preferencesPatch).output(preferences),
    /** Where a person was and how they had the window, by what `remember` was given. */
    remembered: procedure.output(z.record(z.string(), z.unknown())),
    remember: procedure.input(rememberedThing),
    /** The system's dialog; null if it was closed without a choice. Only where `info.nativeDialogs`. */
    pick: procedure.input(pickInput).output(z.object({ path: z.string().nullable() })),
    /** One folder of the machine that the program runs on, for a dialog of our own. Without a folder: the home folder. */
    browse: procedure
      .input(z.object({ folder: pathText.optional(), extensions: list('kinds of file', wordText, 1000).optional() }))
      .output(folderListing),
    /** What the menu bar of the desktop shows; nothing happens where there is none. */
    menu: procedure.input(z.object({ actions: z.array(menuAction).max(300) })),
    /** What the system has given since the last call: dragged onto the icon, opened with the program. */
    takeGiven: procedure.output(z.array(givenThing)),
    /** Shows the log file in the file manager. */
    showLog: procedure,
    /** What went wrong in a page, for the log. */
    pageFailed: procedure.input(pageError),
    /** All that happens from now on. */
    events: procedure.output(eventIterator(appEvent)),
  },
  jobs: {
    list: procedure.output(z.array(job)),
    cancel: procedure.input(z.object({ id })),
  },
}
