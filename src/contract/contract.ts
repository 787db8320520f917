import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import * as backbones from './backbones.ts'
import * as b from './bulk.ts'
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

const { id } = s
/** Of what is sent again where the answer got lost. */
const sent = s.sent.optional()
const jobStarted = z.object({ jobId: id })

/** What is there may be replaced; without it, the error `target-exists` says that something is. */
const overwrite = z.boolean().optional()

export const contract = {
  app: {
    info: procedure.output(s.appInfo),
    recent: procedure.output(z.array(s.recentProject)),
    forgetRecent: procedure.input(z.object({ path: s.pathText })),
    preferences: procedure.output(s.preferences),
    /** Looks at versions, devices, disk, permissions, the open project and its cache; takes some seconds, and changes nothing. */
    doctor: procedure.output(doctorReport),
    setPreferences: procedure.input(s.preferencesPatch).output(s.preferences),
    /** Where a person was and how they had the window, by what `remember` was given. */
    remembered: procedure.output(z.record(z.string(), z.unknown())),
    remember: procedure.input(s.rememberedThing),
    /** The system's dialog; null if it was closed without a choice. Only where `info.nativeDialogs`. */
    pick: procedure.input(s.pickInput).output(z.object({ path: z.string().nullable() })),
    /** One folder of the machine that the program runs on, for a dialog of our own. Without a folder: the home folder. */
    browse: procedure
      .input(
        z.object({ folder: s.pathText.optional(), extensions: s.list('kinds of file', s.wordText, 1000).optional() }),
      )
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
          path: s.pathText,
          imagesRoot: s.pathText,
          labels: s.list('labels', s.nameText, s.limits.labels),
          backbone: s.pathText.nullable().optional(),
        }),
      )
      .output(s.projectSummary),
    open: procedure.input(z.object({ path: s.pathText, readOnly: z.boolean().optional() })).output(s.projectSummary),
    /** Draws the sample in this folder (a `sample` job), and opens it when it is there. Without one: in the documents folder. */
    sample: procedure.input(z.object({ folder: s.pathText.optional() })).output(s.projectSummary),
    close: procedure,
    rescan: procedure.output(jobStarted),
    relocate: procedure.input(z.object({ imagesRoot: s.pathText })).output(s.projectSummary),
    /** Images may be read from there. @param imagesRoot as the question named it: it may have changed since */
    allowImages: procedure.input(z.object({ imagesRoot: s.pathText })).output(s.projectSummary),
    configure: procedure.input(s.settingsPatch).output(s.projectSummary),
  },
  backups: {
    /** The newest first. @param path of a project file; the project that is open if left out */
    list: procedure.input(z.object({ path: s.pathText.optional() })).output(z.array(s.backup)),
    /** Makes one now. @returns its name */
    make: procedure.output(z.object({ name: z.string() })),
    /** Puts it in the place of the project file, and opens that; what was there becomes a backup first. */
    restore: procedure.input(z.object({ name: s.nameText, path: s.pathText.optional() })).output(s.projectSummary),
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
    reorder: procedure.input(z.object({ ids: s.list('labels', id, s.limits.labels) })),
    /** What `merge` would do. */
    mergePlan: procedure.input(z.object({ id, intoId: id })).output(s.mergePlan),
    /** One label for two: the first goes, and its marks to the second, where that has none of its own. */
    merge: procedure.input(z.object({ id, intoId: id })),
    /** A new label for those of these images in which one is present; there that one is open again. */
    split: procedure
      .input(z.object({ id, name: s.nameText, imageIds: s.list('images', id, s.limits.many) }))
      .output(s.label.extend({ images: z.int().positive() })),
  },
  images: {
    /** The ids of all that pass, in order: Int32, little endian. */
    query: procedure.input(z.object({ filter: s.imageFilter, sort: s.imageSort })).output(z.instanceof(Blob)),
    rows: procedure.input(z.object({ ids: s.list('images', id, 500) })).output(z.array(s.imageRow)),
    detail: procedure.input(z.object({ id })).output(s.imageDetail),
    /** Shows its file in the file manager of the machine that the program runs on. */
    reveal: procedure.input(z.object({ id })),
    /** Those that are made already, as one file (`thumbnailPack.ts`). */
    thumbnails: procedure.input(z.object({ ids: s.list('images', id, 500) })).output(z.instanceof(Blob)),
  },
  filters: {
    list: procedure.output(z.array(s.savedFilter)),
    /** One of the same name is replaced. */
    save: procedure.input(s.savedFilter).output(z.array(s.savedFilter)),
    rename: procedure
      .input(z.object({ name: s.nameText, to: s.savedFilter.shape.name }))
      .output(z.array(s.savedFilter)),
    remove: procedure.input(z.object({ name: s.nameText })).output(z.array(s.savedFilter)),
    /** What there is to filter by, beside labels: folders of images, people who decided. */
    choices: procedure.output(z.object({ folders: z.array(z.string()), people: z.array(z.string()) })),
  },
  suggestions: {
    /** Why a label is suggested, or not, by what is known of the image now. */
    reasons: procedure.input(z.object({ imageId: id, labelId: id })).output(s.reasons),
  },
  marks: {
    /** One action, one undo, whatever the number of changes. */
    set: procedure
      .input(z.object({ changes: s.list('marks', s.stateChange, s.limits.many).min(1), sent }))
      .output(s.actionResult),
    /** Takes over what the model suggests for these pairs. */
    accept: procedure
      .input(z.object({ pairs: s.list('suggestions', s.decided, s.limits.many).min(1), sent }))
      .output(s.actionResult),
    /** Marks the opposite of what the model suggests, as the person's own decision. */
    reject: procedure
      .input(z.object({ pairs: s.list('suggestions', s.decided, s.limits.many).min(1), sent }))
      .output(s.actionResult),
    /** Settles a likely mistake: takes what the model suggests, or keeps what is known. */
    settleMistake: procedure
      .input(z.object({ imageId: id, labelId: id, suggestion: z.enum(['present', 'absent']), take: z.boolean(), sent }))
      .output(s.actionResult),
  },
  /** One label, many images. */
  labelByLabel: {
    list: procedure
      .input(
        z.object({
          labelId: id,
          order: s.labelByLabelOrder,
          filter: s.imageFilter,
          limit: z.int().min(1).max(5000),
        }),
      )
      .output(s.labelByLabelList),
    /** One action, one undo; what was decided meanwhile stays. */
    confirm: procedure
      .input(z.object({ labelId: id, present: s.list('images', id, 5000), absent: s.list('images', id, 5000), sent }))
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
    accept: procedure.input(z.object({ token: s.wordText })).output(b.bulkResult),
  },
  progress: {
    /** @param today when the day began where the person is */
    overview: procedure.input(z.object({ today: z.number() })).output(b.progressOverview),
    likely: procedure.output(b.likelyCounts),
  },
  training: {
    /** The one click: embeds what has no features yet, then trains on what is known now (a `train` job). */
    start: procedure
      .input(z.object({ device: s.wordText.optional(), seed: z.int().min(0).max(0xffffffff).optional() }))
      .output(jobStarted),
    /** What training can run on here. The first time each device is tried, which takes some seconds. */
    devices: procedure.output(z.array(s.device)),
    models: procedure.output(z.array(s.model)),
    /** What would be asked about a label before anything is learnt; null where the backbone has no text half. */
    names: procedure.output(z.object({ template: z.string().nullable() })),
    /** Suggests from the names of the labels alone (a `train` job); `{label}` in the template is the name's place. */
    suggestFromNames: procedure.input(z.object({ template: s.text('What is asked', 200) })).output(jobStarted),
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
    mistakes: procedure
      .input(z.object({ id, labelId: id, limit: z.int().min(1).max(200) }))
      .output(z.array(page.mistake)),
    /** Writes it for other programs; answers when it is written. */
    export: procedure.input(page.modelExport).output(page.modelExported),
  },
  backbones: {
    page: procedure.output(backbones.backbonesPage),
    /** Goes to the server that the list names, or to the mirror of the preferences (a `fetch` job). */
    fetch: procedure
      .input(z.object({ name: s.nameText, withText: z.boolean().optional(), acceptNew: z.boolean().optional() }))
      .output(jobStarted),
    /** Deletes what was fetched of it. */
    remove: procedure.input(z.object({ name: s.nameText })),
    /** How many images a second it does here, on images of the project (a `try` job). */
    measure: procedure.input(z.object({ specification: s.pathText })).output(jobStarted),
    /** Compares the second with the first on images of the project of which something is known (a `try` job). */
    try: procedure
      .input(z.object({ specifications: s.list('backbones', s.pathText, 4).min(1), images: z.int().min(1).max(5000) }))
      .output(jobStarted),
    /** Deletes the features of one backbone in the project's cache. */
    clearFeatures: procedure.input(z.object({ identity: s.nameText })).output(z.object({ bytes: z.int() })),
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
          format: s.wordText,
          path: s.pathText,
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
      .input(z.object({ path: s.pathText, overwrite }))
      .output(z.object({ file: z.string(), bytes: z.int(), pictures: z.int() })),
    /** Reads the file or the folder and says what importing it would do; nothing is written. */
    preview: procedure
      .input(
        z.object({
          path: s.pathText,
          format: s.wordText.optional(),
          settings: s.exchangeSettings.optional(),
          /** By the name in the file: what the label is to be called; '' leaves it out. */
          renames: s.texts('labels', s.nameText, s.limits.labels).optional(),
        }),
      )
      .output(s.importPreview),
    /** The same with other names, of what was read; the token of before is spent. */
    rename: procedure
      .input(z.object({ token: s.wordText, renames: s.texts('labels', s.nameText, s.limits.labels) }))
      .output(s.importPreview),
    /** Keeps the contents of a file whose place a browser does not tell, until the project is closed. @returns where */
    receive: procedure
      .input(z.object({ name: s.nameText, contents: z.instanceof(Blob) }))
      .output(z.object({ path: z.string() })),
    import: procedure.input(z.object({ token: s.wordText, choices: s.importChoices })).output(s.importResult),
    /** What joining another copy of the project would do (an `import` job); nothing is written. */
    mergePreview: procedure.input(z.object({ path: s.pathText })).output(s.mergeReport),
    /** Joins it: one action, one undo. */
    merge: procedure.input(z.object({ path: s.pathText })).output(s.mergeReport),
  },
}

/** Where the renderer finds an image. The id alone says which: no path of the machine is in a URL. */
export function imageUrl(base: string, size: 'thumbnail' | 'full', image: { id: number; version: string }): string {
  return `${base}/images/${size}/${image.id}?v=${image.version}`
}
