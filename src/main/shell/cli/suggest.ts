import path from 'node:path'
import type { Command } from 'commander'
import { exportSuggestions } from '../../app/exporting.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

interface Options extends CommonOptions {
  out: string
}

export function addSuggest(program: Command): void {
  const command = program
    .command('suggest')
    .description('write what the model suggests for every label that is unknown')
    .argument('<project>', 'the project file')
    .requiredOption('--out <file>', 'the CSV file to write: image,label,probability,suggestion')
  withJson(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const file = path.resolve(options.out)
        const suggestions = await exportSuggestions(workspace, file)
        return { text: `${counted(suggestions, 'suggestion')} written to ${file}.`, json: { file, suggestions } }
      },
      { readOnly: true },
    ),
  )
}
