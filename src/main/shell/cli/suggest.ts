import path from 'node:path'
import type { Command } from 'commander'
import { exportSuggestions } from '../../app/exchange/exporting.ts'
import { requireTarget } from '../../app/exchange/writeTarget.ts'
import { isFromNames } from '../../app/suggestions/fromNames.ts'
import { startSuggestingByNames } from '../../app/suggestions/names.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withImages } from './run.ts'

interface Options extends CommonOptions {
  out: string
  fromNames?: boolean
  template?: string
  device?: string
  overwrite?: boolean
}

export function addSuggest(program: Command): void {
  const command = program
    .command('suggest')
    .description('write what the model suggests for every label that is unknown')
    .argument('<project>', 'the project file')
    .requiredOption('--out <file>', 'the CSV file to write: image,label,probability,suggestion')
    .option('--overwrite', 'replace what is there')
    .option('--from-names', 'suggest by the labels’ names first, by a backbone that has a text half: no mark is needed')
    .option('--template <text>', 'what is asked about a label, such as “a photo of a {label}” (with --from-names)')
    .option('--device <name>', 'auto, cpu, webgpu, … (with --from-names; default: the project’s setting)')
  withImages(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const file = path.resolve(options.out)
        const { fromNames = false, template, device, overwrite } = options
        requireTarget(workspace, { path: file, as: 'file', overwrite })
        if (fromNames) await (await startSuggestingByNames(workspace, { template, device })).done
        const current = workspace.project.models.current()
        const byNames = current !== undefined && isFromNames(current)
        const suggestions = await exportSuggestions(workspace, file, { overwrite })
        const note = byNames ? ' From names only, not yet learnt: their order counts, not the numbers.' : ''
        const line = `${counted(suggestions, 'suggestion')} written to ${file}.${note}`
        return { lines: [line], json: { file, suggestions, fromNames: byNames } }
      },
      { readOnly: !options.fromNames },
    ),
  )
}
