import type { Command } from 'commander'
import { type Questions, questionsOf } from '../../app/suggestions/asking.ts'
import { counted } from '../../app/words.ts'
import { sides } from '../../domain/state.ts'
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
        const found = await questionsOf(workspace, options.count)
        return { lines: linesOf(found), json: { ...found } }
      },
      { readOnly: true },
    ),
  )
}

function linesOf({ questions, audit }: Questions): string[] {
  const lines = questions.map(({ image, label, probability, gain, why }) => [
    ...[image, label, probability.toFixed(2), why === 'audit' ? 'audit' : gain.toFixed(2)],
  ])
  const audits = sides.flatMap((side) => {
    const { right, count, low, high } = audit[side]
    if (count === 0) return []
    const share = `${percent(low)}–${percent(high)} % of all such`
    return `Audit: ${right} of ${counted(count, 'likely suggestion')} of ${side}, drawn at random, ${right === 1 ? 'was' : 'were'} right: ${share}.`
  })
  const list =
    lines.length > 0 ? tableText(['image', 'label', 'probability', 'gain'], lines) : ['Nothing is left to ask.']
  return [...list, ...(audits.length > 0 ? ['', ...audits] : [])]
}

function percent(share: number): string {
  return (share * 100).toFixed(1)
}
