import { asRenames } from '../../exchange/plan/renames.ts'
import { requireAbsolute } from '../program/browse.ts'
import { startReport } from '../report/reportPage.ts'
import type { Surroundings } from '../surroundings.ts'
import { startExport } from './exporting.ts'
import { describeFormats } from './formats.ts'
import { startImport, startPreview, startRenaming } from './importing.ts'
import { startMerge, startMergePreview } from './merging.ts'

/** Handlers for imports, exports, merges and the report. */
export const exchangeHandlers = ({ os, workspace }: Surroundings) => ({
  exchange: {
    formats: os.exchange.formats.handler(describeFormats),
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
