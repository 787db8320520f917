import path from 'node:path'
import type { Command } from 'commander'
import { type Comparison, type ParityResult, startParity } from '../../app/benchmark/parity.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, run, withJson } from './run.ts'
import { tableText } from './table.ts'

export function addParity(program: Command): void {
  const command = program
    .command('parity')
    .description('compare the method with numbers of its reference implementation; exits 1 where they differ')
    .argument('<folder>', 'holds sst_*.safetensors, metrics_*.safetensors and .json, partial_label_masks.json')
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

/** Of each quantity the comparison with the largest error, over all fixtures. */
function worstOfEach(comparisons: readonly Comparison[]): Comparison[] {
  const worst = new Map<string, Comparison>()
  for (const one of comparisons) {
    const other = worst.get(one.quantity)
    if (!other || Number.isNaN(one.error) || one.error > other.error) worst.set(one.quantity, one)
  }
  return [...worst.values()]
}

const measures: Record<Comparison['measure'], string> = {
  relative: 'of the largest entry',
  absolute: 'absolute',
  entries: 'entries',
  share: 'of the entries',
}

function linesOf({ fixtures, comparisons, leftOut }: ParityResult, failures: readonly Comparison[]): string[] {
  const rows = worstOfEach(comparisons).map(({ quantity, error, bound, measure, fixture, passed }) => [
    quantity,
    numberText(error),
    numberText(bound),
    measures[measure],
    passed ? '' : 'PAST IT',
    fixture,
  ])
  const told = failures.map(({ fixture, quantity, error, bound, where }) => {
    const place = where ? ` (${where})` : ''
    return `Past its bound: ${quantity} of ${fixture}${place}: ${numberText(error)}, bound ${numberText(bound)}.`
  })
  const compared = `${counted(comparisons.length, 'comparison')} in ${counted(fixtures.length, 'fixture')}`
  return [
    ...tableText(['quantity', 'largest error', 'bound', '', '', 'fixture'], rows),
    '',
    ...leftOut.map(({ what, fixtures: where }) => `Left out: ${what} (${where.join(', ')}).`),
    ...told,
    failures.length > 0
      ? `${compared}: ${failures.length} past their bounds.`
      : `${compared}: all within their bounds.`,
  ]
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'not a number'
  return value === 0 ? '0' : value.toExponential(1)
}
