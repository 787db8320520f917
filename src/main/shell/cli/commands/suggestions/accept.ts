import type { Command } from 'commander'
import type { BulkLine } from '../../../../../contract/bulk.ts'
import { previewBulk, sampleBulk, startBulk } from '../../../../app/bulk/bulk.ts'
import { refusalText } from '../../../../app/bulk/words.ts'
import type { Workspace } from '../../../../app/workspace.ts'
import { UserError } from '../../../../base/errors.ts'
import { shareOf } from '../../count.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { accept as texts } from '../../texts/suggestions.ts'

interface Options extends CommonOptions {
  precision: number
  absent?: boolean
  maxLost: number
  label?: string[]
  dryRun?: boolean
}

export function addAccept(program: Command): void {
  const command = program
    .command('accept')
    .description(texts.description)
    .argument('<project>', common.project)
    .option('--precision <share>', texts.precision, shareOf(0.8, 0.995), 0.95)
    .option('--absent', texts.absent)
    .option('--max-lost <share>', texts.maxLost, shareOf(0.001, 0.5), 0.02)
    .option('--label <name...>', texts.label)
    .option('--dry-run', common.dryRun)
  withJson(command).action((file: string, options: Options) =>
    runOn(
      file,
      options,
      async (workspace) => {
        const { precision, absent = false, maxLost, dryRun = false } = options
        const sides = absent ? (['present', 'absent'] as const) : (['present'] as const)
        const labelIds = options.label ? options.label.map((name) => labelOf(workspace, name)) : null
        const preview = await previewBulk(workspace, { precision, maxLost, sides: [...sides], labelIds, filter: null })
        const names = new Map(workspace.project.labels.list().map(({ id, name }) => [id, name]))
        const labels = await Promise.all(
          preview.lines.map(async ({ labelId, side, count, lost, refusal, ...line }) => {
            const sample = count > 0 ? await sampleBulk(workspace, { token: preview.token, labelId, side }) : []
            const least = sample.filter(({ drawn }) => drawn === 'least')
            return {
              ...{ label: names.get(labelId)!, side, accepted: count, suggested: line.suggested, from: line.from },
              ...{ precisionAtLeast: line.precision, heldOut: line.heldOut, expectedWrong: line.expectedErrors },
              lostAtMost: lost,
              refused: refusal && { ...refusal, why: refusalText(refusal) },
              leastCertain: least.map(({ path, probability }) => ({ image: path, probability })),
            }
          }),
        )
        const done = dryRun || preview.count === 0 ? undefined : await startBulk(workspace, preview.token).done
        const [changed, left] = [done?.changed ?? 0, done?.left ?? 0]
        const lines = [...planLines(preview.lines, names), '', outcomeText(preview, dryRun, changed)]
        return { lines, json: { dryRun, precision, absent, maxLost, accepted: preview.count, changed, left, labels } }
      },
      { readOnly: options.dryRun },
    ),
  )
}

/** @throws UserError `label-unknown` */
function labelOf({ project }: Workspace, name: string): number {
  const label = project.labels.list().find((one) => one.name === name)
  if (label) return label.id
  throw new UserError('label-unknown', ...texts.unknownLabel(name))
}

function planLines(lines: readonly BulkLine[], names: ReadonlyMap<number, string>): string[] {
  const offered = lines.filter(({ count }) => count > 0)
  const refused = lines.filter(({ refusal }) => refusal !== null)
  const rows = offered.map(({ labelId, side, count, suggested, precision, lost }) => [
    ...[names.get(labelId)!, side, texts.of(count, suggested), common.percent(precision!)],
    lost ? texts.lost(lost.count, lost.positives) : common.none,
  ])
  return [
    ...(rows.length > 0 ? tableText(texts.columns, rows) : []),
    ...(rows.length > 0 && refused.length > 0 ? [''] : []),
    ...(refused.length > 0 ? [texts.refused] : []),
    ...refused.map(({ labelId, side, refusal }) => texts.refusal(names.get(labelId), side, refusalText(refusal!))),
  ]
}

function outcomeText({ count, images }: { count: number; images: number }, dryRun: boolean, changed: number): string {
  if (count === 0) return texts.nothing
  return dryRun ? texts.would(count, images) : texts.done(changed)
}
