import { implement, ORPCError, ValidationError } from '@orpc/server'
import type { z } from 'zod'
import { contract } from '../../contract/contract.ts'
import type { GivenThing, MenuAction } from '../../contract/desktop.ts'
import { type ActionResult, type AppInfo, boundBroken, type pickInput, type Sent } from '../../contract/schemas.ts'
import { asUserError, UserError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import { asRenames } from '../exchange/plan/renames.ts'
import type { Application } from './application.ts'
import { configure } from './backbones/backbones.ts'
import { backbonesPage, clearFeatures } from './backbones/backbonesPage.ts'
import { startMeasuring, startTrial } from './backbones/backboneTrial.ts'
import { removeBackbone, startFetch } from './backbones/fetching.ts'
import { previewBulk, sampleBulk, startBulk } from './bulk/bulk.ts'
import { examine } from './doctor/doctor.ts'
import { startExport } from './exchange/exporting.ts'
import { formatsTold } from './exchange/formats.ts'
import { startImport, startPreview, startRenaming } from './exchange/importing.ts'
import { startMerge, startMergePreview } from './exchange/merging.ts'
import { filterChoices } from './images/filterChoices.ts'
import { queryImages } from './images/query.ts'
import { type Reveal, revealImage } from './images/reveal.ts'
import { imageDetail, imageRows } from './images/rows.ts'
import { removeFilter, renameFilter, savedFilters, saveFilter } from './images/savedFilters.ts'
import { thumbnailsOf } from './images/thumbnails.ts'
import { confirmLabelByLabel, labelByLabelList } from './labelByLabel/labelByLabel.ts'
import { mergeLabels, planMerge, splitLabel, updateLabel } from './labels/labels.ts'
import { goTo } from './marks/history.ts'
import { acceptSuggestions, once, redo, rejectSuggestions, setMarks, undo } from './marks/marks.ts'
import { settleMistake } from './mistakes/settleMistake.ts'
import { startModelExport } from './models/modelExport.ts'
import { cooccurrenceOfKnown, mistakesOfModel, modelCurves, modelReport } from './models/modelPage.ts'
import { chooseModel, modelsOf } from './models/models.ts'
import { browseFolder, requireAbsolute } from './program/browse.ts'
import { backupsOf } from './project/backups.ts'
import { startScan } from './project/scanning.ts'
import { labelsOf, summaryOf } from './project/summary.ts'
import { startReport } from './report/reportPage.ts'
import { namesTemplate, startSuggestingByNames } from './suggestions/names.ts'
import { likelyCounts, overviewOf } from './suggestions/progress.ts'
import { reasonsFor } from './suggestions/reasons.ts'
import { startTraining } from './training/training.ts'

/** What differs from shell to shell. */
export interface Shell {
  kind: AppInfo['shell']
  reveal: Reveal
  /** The menu bar, where there is one. */
  setMenu?: (actions: MenuAction[]) => void
  /** What the system has given the program since the last call. */
  takeGiven?: () => GivenThing[]
  /** The system's dialogs, where there are some. */
  pick?: (input: z.infer<typeof pickInput>) => Promise<string | null>
}

/** The contract, over the application: each handler is a call of the rooms below. */
export function createRouter(app: Application, shell: Shell) {
  const implementer = implement(contract)
  const os = implementer.use(async ({ next, path }) => {
    try {
      return await next()
    } catch (error) {
      throw crossing(error, path.join('.'), app.context.log)
    }
  })
  const workspace = () => app.requireWorkspace()
  const { jobs, events } = app.context
  const oneTime = <Result extends ActionResult | null>(
    input: { sent?: Sent } | undefined,
    work: (sentAs: string | undefined) => Promise<Result>,
  ) => once(workspace(), input?.sent, work)
  const inOrder = implementer.middleware(({ next }) => workspace().byHand.run(async () => next()))

  return os.router({
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
        if (!shell.pick) throw new UserError('no-dialogs', 'There are no system dialogs here.', 'Type the path.')
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
    project: {
      current: os.project.current.handler(() => (app.workspace ? summaryOf(app.workspace) : null)),
      create: os.project.create.handler(async ({ input, signal }) => {
        const places = { path: requireAbsolute(input.path), imagesRoot: requireAbsolute(input.imagesRoot) }
        // Relative to where the program was started, a model would be found today and not tomorrow.
        if (input.backbone?.includes('.onnx')) requireAbsolute(input.backbone)
        return summaryOf((await app.createAndScan({ ...input, ...places }, signal)).workspace)
      }),
      open: os.project.open.handler(async ({ input: { path, readOnly } }) =>
        summaryOf(await app.open(requireAbsolute(path), { readOnly })),
      ),
      sample: os.project.sample.handler(async ({ input }) => {
        return summaryOf(await app.sample(input.folder === undefined ? undefined : requireAbsolute(input.folder)))
      }),
      close: os.project.close.handler(() => app.close()),
      rescan: os.project.rescan.handler(() => {
        const running = jobs.running('scan')
        return { jobId: running?.id ?? startScan(workspace()).id }
      }),
      relocate: os.project.relocate.handler(async ({ input }) => {
        await workspace().moveImages(requireAbsolute(input.imagesRoot))
        startScan(workspace())
        return summaryOf(workspace())
      }),
      allowImages: os.project.allowImages.handler(async ({ input }) => {
        const asked = workspace()
        // An answer is for the folder that was asked about.
        if (asked.project.imagesRoot === input.imagesRoot) await asked.allowImages()
        return summaryOf(asked)
      }),
      configure: os.project.configure.handler(async ({ input, signal }) => {
        await configure(workspace(), input, signal)
        return summaryOf(workspace())
      }),
    },
    backups: {
      list: os.backups.list.handler(({ input }) =>
        backupsOf(input.path === undefined ? workspace().project.path : requireAbsolute(input.path)),
      ),
      make: os.backups.make.handler(async () => ({ name: await workspace().backups.make() })),
      restore: os.backups.restore.handler(async ({ input: { name, path } }) =>
        summaryOf(await app.restore(name, path === undefined ? undefined : requireAbsolute(path))),
      ),
    },
    labels: {
      list: os.labels.list.handler(() => labelsOf(workspace())),
      add: os.labels.add.use(inOrder).handler(({ input }) => {
        const { id } = workspace().project.labels.add(input)
        return labelsOf(workspace()).find((label) => label.id === id)!
      }),
      update: os.labels.update.use(inOrder).handler(({ input }) => updateLabel(workspace(), input.id, input.patch)),
      remove: os.labels.remove.use(inOrder).handler(({ input }) => workspace().project.labels.remove(input.id)),
      reorder: os.labels.reorder.use(inOrder).handler(({ input }) => workspace().project.labels.reorder(input.ids)),
      mergePlan: os.labels.mergePlan.handler(({ input }) => planMerge(workspace(), input.id, input.intoId)),
      merge: os.labels.merge.use(inOrder).handler(({ input }) => mergeLabels(workspace(), input.id, input.intoId)),
      split: os.labels.split.use(inOrder).handler(({ input }) => splitLabel(workspace(), input)),
    },
    images: {
      query: os.images.query.handler(async ({ input }) => {
        const ids = await queryImages(workspace(), input.filter, input.sort)
        return new Blob([ids as Int32Array<ArrayBuffer>])
      }),
      rows: os.images.rows.handler(({ input }) => imageRows(workspace(), input.ids)),
      detail: os.images.detail.handler(({ input }) => imageDetail(workspace(), input.id)),
      reveal: os.images.reveal.handler(({ input }) => revealImage(workspace(), input.id, shell.reveal)),
      thumbnails: os.images.thumbnails.handler(({ input }) => thumbnailsOf(workspace(), input.ids)),
    },
    filters: {
      list: os.filters.list.handler(() => savedFilters(workspace().project)),
      save: os.filters.save.handler(({ input }) => saveFilter(workspace().project, input)),
      rename: os.filters.rename.handler(({ input }) => renameFilter(workspace().project, input.name, input.to)),
      remove: os.filters.remove.handler(({ input }) => removeFilter(workspace().project, input.name)),
      choices: os.filters.choices.handler(() => filterChoices(workspace().project)),
    },
    suggestions: {
      reasons: os.suggestions.reasons.handler(({ input }) => reasonsFor(workspace(), input)),
    },
    marks: {
      set: os.marks.set
        .use(inOrder)
        .handler(({ input }) => oneTime(input, (sentAs) => setMarks(workspace(), input.changes, sentAs))),
      accept: os.marks.accept
        .use(inOrder)
        .handler(({ input }) => oneTime(input, (sentAs) => acceptSuggestions(workspace(), input.pairs, sentAs))),
      reject: os.marks.reject
        .use(inOrder)
        .handler(({ input }) => oneTime(input, (sentAs) => rejectSuggestions(workspace(), input.pairs, sentAs))),
      settleMistake: os.marks.settleMistake
        .use(inOrder)
        .handler(({ input }) => oneTime(input, (sentAs) => settleMistake(workspace(), input, sentAs))),
    },
    labelByLabel: {
      list: os.labelByLabel.list.handler(({ input }) => labelByLabelList(workspace(), input)),
      confirm: os.labelByLabel.confirm
        .use(inOrder)
        .handler(({ input }) => oneTime(input, (sentAs) => confirmLabelByLabel(workspace(), input, sentAs))),
    },
    history: {
      undo: os.history.undo.use(inOrder).handler(({ input }) => oneTime(input, (sentAs) => undo(workspace(), sentAs))),
      redo: os.history.redo.use(inOrder).handler(({ input }) => oneTime(input, (sentAs) => redo(workspace(), sentAs))),
      list: os.history.list.handler(({ input: { limit, before, kind } }) =>
        workspace().project.history.list(limit, before, kind),
      ),
      goTo: os.history.goTo.use(inOrder).handler(({ input }) => goTo(workspace(), input.id)),
    },
    bulk: {
      preview: os.bulk.preview.handler(({ input }) => previewBulk(workspace(), input)),
      sample: os.bulk.sample.handler(({ input }) => sampleBulk(workspace(), input)),
      accept: os.bulk.accept.handler(({ input }) => startBulk(workspace(), input.token).done),
    },
    progress: {
      overview: os.progress.overview.handler(({ input }) => overviewOf(workspace(), input.today)),
      likely: os.progress.likely.handler(() => likelyCounts(workspace())),
    },
    training: {
      start: os.training.start.handler(async ({ input }) => ({ jobId: (await startTraining(workspace(), input)).id })),
      devices: os.training.devices.handler(() => app.context.devices.list()),
      models: os.training.models.handler(() => modelsOf(workspace())),
      names: os.training.names.handler(async () => ({ template: await namesTemplate(workspace()) })),
      suggestFromNames: os.training.suggestFromNames.handler(async ({ input }) => ({
        jobId: (await startSuggestingByNames(workspace(), input)).id,
      })),
      use: os.training.use.handler(({ input }) => chooseModel(workspace(), input.id)),
    },
    models: {
      report: os.models.report.handler(({ input }) => modelReport(workspace(), input.id)),
      curves: os.models.curves.handler(({ input }) => modelCurves(workspace(), input.id, input.labelId)),
      cooccurrence: os.models.cooccurrence.handler(() => cooccurrenceOfKnown(workspace())),
      mistakes: os.models.mistakes.handler(({ input }) => mistakesOfModel(workspace(), input)),
      export: os.models.export.handler(async ({ input: { id, path, ...how } }) => {
        const { files, bytes, summary } = await startModelExport(workspace(), {
          ...how,
          modelId: id,
          path: requireAbsolute(path),
        }).done
        return { files, bytes, summary }
      }),
    },
    backbones: {
      page: os.backbones.page.handler(() => backbonesPage(app.context, app.workspace)),
      fetch: os.backbones.fetch.handler(async ({ input }) => {
        const { downloads } = await app.preferences.get()
        return { jobId: startFetch(app.context, { ...downloads, ...input }).id }
      }),
      remove: os.backbones.remove.handler(({ input }) => removeBackbone(app.context, input.name)),
      measure: os.backbones.measure.handler(({ input }) => ({
        jobId: startMeasuring(workspace(), input.specification).id,
      })),
      try: os.backbones.try.handler(async ({ input }) => ({ jobId: (await startTrial(workspace(), input)).id })),
      clearFeatures: os.backbones.clearFeatures.handler(({ input }) => clearFeatures(workspace(), input.identity)),
    },
    jobs: {
      list: os.jobs.list.handler(() => jobs.list()),
      cancel: os.jobs.cancel.handler(({ input }) => jobs.cancel(input.id)),
    },
    exchange: {
      formats: os.exchange.formats.handler(formatsTold),
      export: os.exchange.export.handler(({ input }) => {
        return startExport(workspace(), { ...input, path: requireAbsolute(input.path) }).done
      }),
      report: os.exchange.report.handler(({ input: { path, overwrite } }) => {
        return startReport(workspace(), requireAbsolute(path), { overwrite }).done
      }),
      preview: os.exchange.preview.handler(({ input }) => {
        const renames = input.renames && asRenames(input.renames)
        return startPreview(workspace(), { ...input, path: requireAbsolute(input.path), renames }).done
      }),
      rename: os.exchange.rename.handler(({ input: { token, renames } }) => {
        return startRenaming(workspace(), token, asRenames(renames)).done
      }),
      receive: os.exchange.receive.handler(async ({ input: { name, contents } }) => {
        return { path: await workspace().received.keep(name, contents) }
      }),
      import: os.exchange.import.handler(({ input }) => startImport(workspace(), input.token, input.choices).done),
      mergePreview: os.exchange.mergePreview.handler(({ input }) => {
        return startMergePreview(workspace(), requireAbsolute(input.path)).done
      }),
      merge: os.exchange.merge.handler(({ input }) => startMerge(workspace(), requireAbsolute(input.path)).done),
    },
  })
}

/** What a person can act on crosses as it is; of a bug, only that there is one: its stack stays in the log. */
function crossing(error: unknown, procedure: string, log: Logger): unknown {
  const known = asUserError(error)
  if (known instanceof UserError) {
    const { code, message, hint } = known
    return new ORPCError('USER_ERROR', { message, data: { code, hint } })
  }
  if (known instanceof ORPCError && known.code === 'BAD_REQUEST') return badRequest(known)
  if (known instanceof ORPCError && known.code !== 'INTERNAL_SERVER_ERROR') return known
  log.error(`${procedure} failed`, known instanceof ORPCError && known.cause ? known.cause : known)
  return new ORPCError('INTERNAL_SERVER_ERROR', { message: 'Something went wrong in Surmise. The log file says more.' })
}

/** An input that breaks the contract. One that is too large can be a person's; of any other the library's own words say where. */
function badRequest(error: ORPCError<string, unknown>): ORPCError<string, unknown> {
  const { cause } = error
  if (!(cause instanceof ValidationError)) return error
  const message = boundBroken(cause.issues)
  if (message) return new ORPCError('USER_ERROR', { message, data: { code: 'too-large', hint: 'Send less.' } })
  // A list of a million has a million of them.
  return new ORPCError('BAD_REQUEST', { message: error.message, data: { issues: cause.issues.slice(0, 10) } })
}
