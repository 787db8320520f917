import path from 'node:path'
import type { Command } from 'commander'
import { type Comparison, type ParityResult, startParity } from '../../../../app/benchmark/parity.ts'
import { type CommonOptions, run, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { parity as texts } from '../../texts/measuring.ts'

export function addParity(program: Command): void {
  const command = program.command('parity').description(texts.description).argument('<folder>', texts.folder)
  withJson(command).action((folder: string, options: CommonOptions) =>
    run(options, async ({ context }) => {
      const result = await startParity(context, path.resolve(folder)).done
      const { fixtures, leftOut, passed, comparisons } = result
      const failures = comparisons.filter((one) => !one.passed)
      return {
        lines: linesOf(result, failures),
        json: { passed, fixtures, quantities: worstOfEach(comparisons), failures, leftOut },
        failed: !passed,
      }
    }),
  )
}

/** For each quantity, the comparison with the largest error over all fixtures. */
function worstOfEach(comparisons: readonly Comparison[]): Comparison[] {
  const worst = new Map<string, Comparison>()
  for (const one of comparisons) {
    const other = worst.get(one.quantity)
    if (!other || Number.isNaN(one.error) || one.error > other.error) worst.set(one.quantity, one)
  }
  return [...worst.values()]
}

function linesOf({ fixtures, comparisons, leftOut }: ParityResult, failures: readonly Comparison[]): string[] {
  const rows = worstOfEach(comparisons).map(({ quantity, error, bound, measure, fixture, passed }) => [
    quantity,
    numberText(error),
    numberText(bound),
    texts.measures[measure],
    passed ? '' : texts.exceeded,
    fixture,
  ])
  const failureLines = failures.map(({ fixture, quantity, error, bound, where }) =>
    texts.failure(quantity, fixture, texts.place(where), numberText(error), numberText(bound)),
  )
  return [
    ...tableText(texts.columns, rows),
    '',
    ...leftOut.map(({ what, fixtures: where }) => texts.leftOut(what, where)),
    ...failureLines,
    texts.compared(comparisons.length, fixtures.length, failures.length),
  ]
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return texts.notANumber
  return value === 0 ? '0' : value.toExponential(1)
}
