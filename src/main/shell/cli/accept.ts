import type { Command } from 'commander'
import type { BulkLine } from '../../../contract/bulk.ts'
import { previewBulk, sampleBulk, startBulk } from '../../app/bulk/bulk.ts'
import { refusalText } from '../../app/bulk/words.ts'
import { counted } from '../../app/words.ts'
import type { Workspace } from '../../app/workspace.ts'
import { UserError } from '../../base/errors.ts'
import { shareOf } from './count.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'
import { tableText } from './table.ts'

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
    .description(
      'accept in bulk what the model suggests, as far as what is known of each label bears it out; one undoable action',
    )
    .argument('<project>', 'the project file')
    .option(
      '--precision <share>',
      'of what is accepted of a label, at least this share is right',
      shareOf(0.8, 0.995),
      0.95,
    )
    .option(
      '--absent',
      'accept absent suggestions too: positives among them are lost, of each label at most --max-lost',
    )
    .option(
      '--max-lost <share>',
      'of a label’s undecided positives, at most this share may be lost',
      shareOf(0.001, 0.5),
      0.02,
    )
    .option('--label <name...>', 'only these labels')
    .option('--dry-run', 'say what would be accepted, and write nothing')
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
  throw new UserError('label-unknown', `There is no label “${name}” in this project.`, '“surmise status” lists them.')
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

function planLines(lines: readonly BulkLine[], names: ReadonlyMap<number, string>): string[] {
  const offered = lines.filter(({ count }) => count > 0)
  const refused = lines.filter(({ refusal }) => refusal !== null)
  const rows = offered.map(({ labelId, side, count, suggested, precision, lost }) => [
    ...[names.get(labelId)!, side, `${count} of ${suggested}`, percent(precision!)],
    lost ? `${lost.count} of about ${lost.positives}` : '–',
  ])
  return [
    ...(rows.length > 0
      ? tableText(['label', 'side', 'accepted', 'right at least', 'positives lost at most'], rows)
      : []),
    ...(rows.length > 0 && refused.length > 0 ? [''] : []),
    ...(refused.length > 0 ? ['Not accepted:'] : []),
    ...refused.map(({ labelId, side, refusal }) => `  ${names.get(labelId)}, ${side}: ${refusalText(refusal!)}`),
  ]
}

function outcomeText({ count, images }: { count: number; images: number }, dryRun: boolean, changed: number): string {
  if (count === 0) return 'Nothing to accept: no label has enough known images yet. Mark more, or lower --precision.'
  if (dryRun)
    return `${counted(count, 'suggestion')} in ${counted(images, 'image')} would be accepted; nothing was written.`
  return `${counted(changed, 'suggestion')} accepted, in one action that undo takes back.`
}
