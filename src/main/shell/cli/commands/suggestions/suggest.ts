import path from 'node:path'
import type { Command } from 'commander'
import { exportSuggestions } from '../../../../app/exchange/exporting.ts'
import { requireTarget } from '../../../../app/exchange/writeTarget.ts'
import { isFromNames } from '../../../../app/suggestions/fromNames.ts'
import { startSuggestingByNames } from '../../../../app/suggestions/names.ts'
import { type CommonOptions, runOn, withImages } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { suggest as texts } from '../../texts/suggestions.ts'

interface Options extends CommonOptions {
  out: string
  known?: boolean
  fromNames?: boolean
  template?: string
  device?: string
  overwrite?: boolean
}

export function addSuggest(program: Command): void {
  const command = program
    .command('suggest')
    .description(texts.description)
    .argument('<project>', common.project)
    .requiredOption('--out <file>', texts.out)
    .option('--overwrite', common.overwrite)
    .option('--known', texts.known)
    .option('--from-names', texts.fromNames)
    .option('--template <text>', texts.template)
    .option('--device <name>', texts.device)
  withImages(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const file = path.resolve(options.out)
        const { known = false, fromNames = false, template, device, overwrite } = options
        requireTarget(workspace, { path: file, as: 'file', overwrite })
        if (fromNames) await (await startSuggestingByNames(workspace, { template, device })).done
        const current = workspace.project.models.current()
        const byNames = current !== undefined && isFromNames(current)
        const written = await exportSuggestions(workspace, file, { known, overwrite })
        const { suggestions } = written
        const lines = [texts.done(suggestions, file, byNames)]
        if (known) lines.push(texts.heldOut(written.known, written.leftOut))
        const counts = known ? written : { suggestions }
        return { lines, json: { file, ...counts, fromNames: byNames } }
      },
      { readOnly: !options.fromNames },
    ),
  )
}
