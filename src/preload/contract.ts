import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import * as backbones from './backbones.ts'
import * as b from './bulkSchemas.ts'
import { givenThing, menuAction, pageError } from './desktop.ts'
import { doctorReport } from './doctor.ts'
import * as page from './modelPage.ts'
import * as s from './schemas.ts'

/**
 * The one contract between what people see (`renderer/`) and what works (`main/app/`), over a MessagePort in the desktop
 * application and a WebSocket in a browser.
 *
 * Whatever a person can act on comes back as the error `USER_ERROR`: its message is one sentence, `data.hint` the way out,
 * `data.code` is stable. Any other error is a bug of ours.
 */
export const procedure = oc.errors({ USER_ERROR: { data: z.object({ code: z.string(), hint: z.string() }) } })

const id = z.int().positive()
/** Of what is sent again where the answer got lost. */
const sent = s.sent.optional()
const jobStarted = z.object({ jobId: id })

/** What is there may be replaced; without it, the error `target-exists` says that something is. */
const overwrite = z.boolean().optional()

export const contract = {
  app: {
    info: procedure.output(s.appInfo),
    recent: procedure.output(z.array(s.recentProject)),
    forgetRecent: procedure.input(z.object({ path: z.string() })),
    preferences: procedure.output(s.preferences),
    /** Looks at versions, devices, disk, permissions, the open project and its cache; takes some seconds, and changes nothing. */
    doctor: procedure.output(doctorReport),
    setPreferences: procedure.input(s.preferences.partial()).output(s.preferences),
    /** Where a person was and how they had the window, by what `remember` was given. */
    remembered: procedure.output(z.record(z.string(), z.unknown())),
    remember: procedure.input(s.rememberedThing),
    /** The system's dialog; null if it was closed without a choice. Only where `info.nativeDialogs`. */
    pick: procedure.input(s.pickInput).output(z.object({ path: z.string().nullable() })),
    /** One folder of the machine that the program runs on, for a dialog of our own. Without a folder: the home folder. */
    browse: procedure
      .input(z.object({ folder: z.string().optional(), extensions: z.array(z.string()).optional() }))
      .output(s.folderListing),
    /** What the menu bar of the desktop shows; nothing happens where there is none. */
    menu: procedure.input(z.object({ actions: z.array(menuAction).max(300) })),
    /** What the system has given since the last call: dragged onto the icon, opened with the program. */
    takeGiven: procedure.output(z.array(givenThing)),
    /** Shows the log file in the file manager. */
    showLog: procedure,
    /** What went wrong in a page, for the log. */
    pageFailed: procedure.input(pageError),
    /** All that happens from now on. */
    events: procedure.output(eventIterator(s.appEvent)),
  },
  project: {
    current: procedure.output(s.projectSummary.nullable()),
    /** Makes it, opens it, and starts to look through its folder (a `scan` job). */
    create: procedure
      .input(
        z.object({
          path: z.string(),
          imagesRoot: z.string(),
          labels: z.array(z.string()),
          backbone: z.string().nullable().optional(),
        }),
      )
      .output(s.projectSummary),
    open: procedure.input(z.object({ path: z.string(), readOnly: z.boolean().optional() })).output(s.projectSummary),
    /** Draws the sample in this folder (a `sample` job), and opens it when it is there. Without one: in the documents folder. */
    sample: procedure.input(z.object({ folder: z.string().optional() })).output(s.projectSummary),
    close: procedure,
    rescan: procedure.output(jobStarted),
    relocate: procedure.input(z.object({ imagesRoot: z.string() })).output(s.projectSummary),
    /** Images may be read from there. @param imagesRoot as the question named it: it may have changed since */
    allowImages: procedure.input(z.object({ imagesRoot: z.string() })).output(s.projectSummary),
    configure: procedure.input(s.settings.partial()).output(s.projectSummary),
  },
  backups: {
    /** The newest first. @param path of a project file; the project that is open if left out */
    list: procedure.input(z.object({ path: z.string().optional() })).output(z.array(s.backup)),
    /** Makes one now. @returns its name */
    make: procedure.output(z.object({ name: z.string() })),
    /** Puts it in the place of the project file, and opens that; what was there becomes a backup first. */
    restore: procedure.input(z.object({ name: z.string(), path: z.string().optional() })).output(s.projectSummary),
  },
  labels: {
    list: procedure.output(z.array(s.label)),
    add: procedure.input(s.newLabel).output(s.label),
    /** What follows from its parent and its group is filled in where nothing is known: so many states. */
    update: procedure
      .input(z.object({ id, patch: s.labelPatch }))
      .output(s.label.extend({ filled: z.int().nonnegative() })),
    /** Undo brings it back, with its states. */
    remove: procedure.input(z.object({ id })),
    /** Every label, in the new order. */
    reorder: procedure.input(z.object({ ids: z.array(id) })),
    /** What `merge` would do. */
    mergePlan: procedure.input(z.object({ id, intoId: id })).output(s.mergePlan),
    /** One label for two: the first goes, and its marks to the second, where that has none of its own. */
    merge: procedure.input(z.object({ id, intoId: id })),
    /** A new label for those of these images in which one is present; there that one is open again. */
    split: procedure
      .input(z.object({ id, name: z.string(), imageIds: z.array(id) }))
      .output(s.label.extend({ images: z.int().positive() })),
  },
  images: {
    /** The ids of all that pass, in order: Int32, little endian. */
    query: procedure.input(z.object({ filter: s.imageFilter, sort: s.imageSort })).output(z.instanceof(Blob)),
    rows: procedure.input(z.object({ ids: z.array(id).max(500) })).output(z.array(s.imageRow)),
    detail: procedure.input(z.object({ id })).output(s.imageDetail),
    /** Shows its file in the file manager of the machine that the program runs on. */
    reveal: procedure.input(z.object({ id })),
    /** Those that are made already, as one file (`thumbnailPack.ts`). */
    thumbnails: procedure.input(z.object({ ids: z.array(id).max(500) })).output(z.instanceof(Blob)),
  },
  filters: {
    list: procedure.output(z.array(s.savedFilter)),
    /** One of the same name is replaced. */
    save: procedure.input(s.savedFilter).output(z.array(s.savedFilter)),
    rename: procedure
      .input(z.object({ name: z.string(), to: s.savedFilter.shape.name }))
      .output(z.array(s.savedFilter)),
    remove: procedure.input(z.object({ name: z.string() })).output(z.array(s.savedFilter)),
    /** What there is to filter by, beside labels: folders of images, people who decided. */
    choices: procedure.output(z.object({ folders: z.array(z.string()), people: z.array(z.string()) })),
  },
  suggestions: {
    /** Why a label is suggested, or not, by what is known of the image now. */
    reasons: procedure.input(z.object({ imageId: id, labelId: id })).output(s.reasons),
  },
  marks: {
    /** One action, one undo, whatever the number of changes. */
    set: procedure.input(z.object({ changes: z.array(s.stateChange).min(1), sent })).output(s.actionResult),
    /** Takes over what the model suggests for these pairs. */
    accept: procedure.input(z.object({ pairs: z.array(s.decided).min(1), sent })).output(s.actionResult),
    /** Marks the opposite of what the model suggests, as the person's own decision. */
    reject: procedure.input(z.object({ pairs: z.array(s.decided).min(1), sent })).output(s.actionResult),
    /** Of a known label that the model doubts: takes over what it suggests, or keeps what is known; either is no doubt any more. */
    review: procedure
      .input(z.object({ imageId: id, labelId: id, suggestion: z.enum(['present', 'absent']), take: z.boolean(), sent }))
      .output(s.actionResult),
  },
  /** One label, many images. */
  candidates: {
    list: procedure
      .input(
        z.object({
          labelId: id,
          order: s.candidateOrder,
          filter: s.imageFilter,
          limit: z.int().min(1).max(5000),
        }),
      )
      .output(s.candidates),
    /** One action, one undo; what was decided meanwhile stays. */
    confirm: procedure
      .input(z.object({ labelId: id, present: z.array(id).max(5000), absent: z.array(id).max(5000), sent }))
      .output(s.actionResult),
  },
  history: {
    /** Null: there is nothing to undo. */
    undo: procedure.input(z.object({ sent }).optional()).output(s.actionResult.nullable()),
    redo: procedure.input(z.object({ sent }).optional()).output(s.actionResult.nullable()),
    list: procedure
      .input(z.object({ limit: z.int().min(1).max(500), before: id.optional(), kind: s.action.shape.kind.optional() }))
      .output(z.array(s.action)),
    /** Undo, or redo, until this action is the latest that is in effect. */
    goTo: procedure.input(z.object({ id })).output(s.wentTo),
  },
  bulk: {
    /** What accepting all that keeps its promises label by label would do; nothing is written. */
    preview: procedure.input(b.bulkRequest).output(b.bulkPreview),
    /** Of one label and side of a preview: the twelve least sure, and as many at random. */
    sample: procedure.input(b.bulkSampleRequest).output(z.array(b.bulkSample)),
    /** Does what was previewed (an `accept` job): one action, one undo. */
    accept: procedure.input(z.object({ token: z.string() })).output(b.bulkResult),
  },
  progress: {
    /** @param today when the day began where the person is */
    overview: procedure.input(z.object({ today: z.number() })).output(b.progressOverview),
    likely: procedure.output(b.likelyCounts),
  },
  training: {
    /** The one click: embeds what has no features yet, then trains on what is known now (a `train` job). */
    start: procedure
      .input(z.object({ device: z.string().optional(), seed: z.int().nonnegative().optional() }))
      .output(jobStarted),
    /** What training can run on here. The first time each device is tried, which takes some seconds. */
    devices: procedure.output(z.array(s.device)),
    models: procedure.output(z.array(s.model)),
    /** What would be asked about a label before anything is learnt; null where the backbone has no text half. */
    names: procedure.output(z.object({ template: z.string().nullable() })),
    /** Suggests from the names of the labels alone (a `train` job); `{label}` in the template is the name's place. */
    suggestFromNames: procedure.input(z.object({ template: z.string().max(200) })).output(jobStarted),
    /** Null: no suggestions. */
    use: procedure.input(z.object({ id: id.nullable() })),
  },
  models: {
    /** How good a model is on what is known now, label by label, beside the version before it. */
    report: procedure.input(z.object({ id })).output(page.modelReport),
    /** Reliability, and precision and recall by threshold, of a label; null: of all together. */
    curves: procedure.input(z.object({ id, labelId: id.nullable() })).output(page.modelCurves),
    /** How labels go together in what is known; no model is needed. */
    cooccurrence: procedure.output(page.cooccurrence),
    /** Known pairs of a label that the model is confident are the opposite, the most confident first. */
    contradictions: procedure
      .input(z.object({ id, labelId: id, limit: z.int().min(1).max(200) }))
      .output(z.array(page.contradiction)),
    /** Writes it for other programs; answers when it is written. */
    export: procedure.input(page.modelExport).output(page.modelExported),
  },
  backbones: {
    page: procedure.output(backbones.backbonesPage),
    /** Goes to the server that the list names, or to the mirror of the preferences (a `fetch` job). */
    fetch: procedure
      .input(z.object({ name: z.string(), withText: z.boolean().optional(), acceptNew: z.boolean().optional() }))
      .output(jobStarted),
    /** Deletes what was fetched of it. */
    remove: procedure.input(z.object({ name: z.string() })),
    /** How many images a second it does here, on images of the project (a `try` job). */
    measure: procedure.input(z.object({ specification: z.string() })).output(jobStarted),
    /** Compares the second with the first on images of the project of which something is known (a `try` job). */
    try: procedure
      .input(z.object({ specifications: z.array(z.string()).min(1).max(4), images: z.int().min(1).max(5000) }))
      .output(jobStarted),
    /** Deletes the features of one backbone in the project's cache. */
    clearFeatures: procedure.input(z.object({ identity: z.string() })).output(z.object({ bytes: z.int() })),
  },
  jobs: {
    list: procedure.output(z.array(s.job)),
    cancel: procedure.input(z.object({ id })),
  },
  exchange: {
    formats: procedure.output(z.array(s.exchangeFormat)),
    /** Answers when it is written. */
    export: procedure
      .input(
        z.object({
          format: z.string(),
          path: z.string(),
          suggestions: z.boolean().optional(),
          /** Only images of which every label is known. */
          complete: z.boolean().optional(),
          images: z.enum(['none', 'copy', 'link']).optional(),
          settings: s.exchangeSettings.optional(),
          overwrite,
        }),
      )
      .output(s.exportReport),
    /** Writes what is known and how good the model is as one page; answers when it is written. */
    report: procedure
      .input(z.object({ path: z.string(), overwrite }))
      .output(z.object({ file: z.string(), bytes: z.int(), pictures: z.int() })),
    /** Reads the file or the folder and says what importing it would do; nothing is written. */
    preview: procedure
      .input(
        z.object({
          path: z.string(),
          format: z.string().optional(),
          settings: s.exchangeSettings.optional(),
          /** By the name in the file: what the label is to be called; '' leaves it out. */
          renames: z.record(z.string(), z.string()).optional(),
        }),
      )
      .output(s.importPreview),
    /** The same with other names, of what was read; the token of before is spent. */
    rename: procedure
      .input(z.object({ token: z.string(), renames: z.record(z.string(), z.string()) }))
      .output(s.importPreview),
    /** Keeps the contents of a file whose place a browser does not tell, until the project is closed. @returns where */
    receive: procedure
      .input(z.object({ name: z.string().max(1000), contents: z.instanceof(Blob) }))
      .output(z.object({ path: z.string() })),
    import: procedure.input(z.object({ token: z.string(), choices: s.importChoices })).output(s.importResult),
    /** What joining another copy of the project would do (an `import` job); nothing is written. */
    mergePreview: procedure.input(z.object({ path: z.string() })).output(s.mergeReport),
    /** Joins it: one action, one undo. */
    merge: procedure.input(z.object({ path: z.string() })).output(s.mergeReport),
  },
}

/** Where the renderer finds an image. The id alone says which: no path of the machine is in a URL. */
export function imageUrl(base: string, size: 'thumbnail' | 'full', image: { id: number; version: string }): string {
  return `${base}/images/${size}/${image.id}?v=${image.version}`
}
