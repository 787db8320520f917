import type { Command } from 'commander'
import { type Questions, questionsOf } from '../../../../app/suggestions/asking.ts'
import { sides } from '../../../../domain/state.ts'
import { countOf } from '../../count.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { next as texts } from '../../texts/suggestions.ts'

interface Options extends CommonOptions {
  count: number
}

export function addNext(program: Command): void {
  const command = program
    .command('next')
    .description(texts.description)
    .argument('<project>', common.project)
    .option('--count <number>', texts.count, countOf, 20)
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
    ...[image, label, probability.toFixed(2), why === 'audit' ? texts.audit : gain.toFixed(2)],
  ])
  const audits = sides.flatMap((side) => {
    const { right, count, low, high } = audit[side]
    return count === 0 ? [] : texts.audited(side, right, count, low, high)
  })
  const list = lines.length > 0 ? tableText(texts.columns, lines) : [texts.nothing]
  return [...list, ...(audits.length > 0 ? ['', ...audits] : [])]
}
