import path from 'node:path'
import type { Command } from 'commander'
import type { LabelAgreement } from '../../../../../contract/schemas.ts'
import { startMerge, startMergePreview } from '../../../../app/exchange/merging.ts'
import { copyOf } from '../../../../app/project/copies.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { merge as texts } from '../../texts/exchange.ts'

interface Options extends CommonOptions {
  out?: string
  dryRun?: boolean
}

export function addMerge(program: Command): void {
  const command = program
    .command('merge')
    .description(texts.description)
    .argument('<project>', texts.project)
    .argument('<other>', texts.other)
    .option('--out <file>', texts.out)
    .option('--dry-run', common.dryRun)
  withJson(command).action(async (project: string, other: string, options: Options) => {
    await runOn(
      project,
      options,
      async (workspace, application) => {
        const into =
          options.out && !options.dryRun ? await copyOf(application, workspace, path.resolve(options.out)) : workspace
        const report = await (options.dryRun ? startMergePreview : startMerge)(into, path.resolve(other)).done
        const { images, labelsAdded, taken, same, disputed, settled, agreement, kappa } = report
        const { unmatched } = images
        const lines = [
          ...(options.dryRun ? [texts.dryRun] : []),
          texts.taken(taken, same, images.matched),
          ...(labelsAdded.length > 0 ? [texts.labels(labelsAdded)] : []),
          ...(disputed > 0 ? [texts.disputed(disputed)] : []),
          ...(settled > 0 ? [texts.settled(settled)] : []),
          ...(unmatched.length > 0 ? [texts.unmatched(unmatched.length, unmatched.slice(0, 3))] : []),
          ...(agreement.length > 0 ? ['', ...agreementLines(agreement, kappa)] : []),
        ]
        return { lines, json: { ...report, project: into.project.path } }
      },
      { readOnly: options.out !== undefined || options.dryRun },
    )
  })
}

function agreementLines(agreement: readonly LabelAgreement[], kappa: number | null): string[] {
  const shown = (value: number | null): string => (value === null ? common.none : value.toFixed(2))
  const rows = agreement.map((one) => [one.label, `${one.pairs}`, `${one.agreed}`, shown(one.kappa)])
  const total = (key: 'pairs' | 'agreed'): string => `${agreement.reduce((sum, one) => sum + one[key], 0)}`
  const all = [texts.all, total('pairs'), total('agreed'), shown(kappa)]
  return tableText(texts.columns, [...rows, all])
}
