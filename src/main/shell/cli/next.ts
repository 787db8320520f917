import type { Command } from 'commander'
import { questionsOf } from '../../app/asking.ts'
import { countOf } from './count.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'
import { tableText } from './table.ts'

interface Options extends CommonOptions {
  count: number
}

export function addNext(program: Command): void {
  const command = program
    .command('next')
    .description('say which labels of which images are worth most to be marked next')
    .argument('<project>', 'the project file')
    .option('--count <number>', 'how many', countOf, 20)
  withJson(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const questions = await questionsOf(workspace, options.count)
        const lines = questions.map(({ image, label, probability, gain }) => [
          ...[image, label, probability === null ? '–' : probability.toFixed(2), gain.toFixed(2)],
        ])
        const text =
          lines.length > 0
            ? tableText(['image', 'label', 'probability', 'gain'], lines).join('\n')
            : 'Nothing is left to ask.'
        return { text, json: { questions } }
      },
      { readOnly: true },
    ),
  )
}
