import path from 'node:path'
import type { Command } from 'commander'
import type { LabelAgreement } from '../../../contract/schemas.ts'
import { startMerge, startMergePreview } from '../../app/exchange/merging.ts'
import { copyOf } from '../../app/project/copies.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'
import { tableText } from './table.ts'

interface Options extends CommonOptions {
  out?: string
  dryRun?: boolean
}

export function addMerge(program: Command): void {
  const command = program
    .command('merge')
    .description('join another annotator’s copy of a project; where they say the opposite, both are kept for review')
    .argument('<project>', 'the project file, which the marks of the other are put into')
    .argument('<other>', 'the other copy, which is only read')
    .option('--out <file>', 'a new project file for the result; the first stays as it is')
    .option('--dry-run', 'say what would be done, and do nothing')
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
          ...(options.dryRun ? ['Nothing has been written. It would be:'] : []),
          `${counted(taken, 'mark')} taken over, ${same} the same in both, of ${counted(images.matched, 'image')}.`,
          ...(labelsAdded.length > 0 ? [`Labels added: ${labelsAdded.join(', ')}.`] : []),
          ...(disputed > 0
            ? [
                `${counted(disputed, 'pair')} to be reviewed: the filter “Annotators disagree” shows them, with who said what.`,
              ]
            : []),
          ...(settled > 0 ? [`${counted(settled, 'statement')} known from an earlier merge.`] : []),
          ...(unmatched.length > 0
            ? [
                `${counted(unmatched.length, 'image')} of the other copy are not here (${unmatched.slice(0, 3).join(', ')}${unmatched.length > 3 ? ', …' : ''}): scan the folder that has them and merge again.`,
              ]
            : []),
          ...(agreement.length > 0 ? ['', ...agreementLines(agreement, kappa)] : []),
        ]
        return { lines, json: { ...report, project: into.project.path } }
      },
      { readOnly: options.out !== undefined || options.dryRun },
    )
  })
}

function agreementLines(agreement: readonly LabelAgreement[], kappa: number | null): string[] {
  const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(2))
  const rows = agreement.map((one) => [one.label, `${one.pairs}`, `${one.agreed}`, shown(one.kappa)])
  const total = (key: 'pairs' | 'agreed'): string => `${agreement.reduce((sum, one) => sum + one[key], 0)}`
  const all = ['all', total('pairs'), total('agreed'), shown(kappa)]
  return tableText(['label', 'judged by both', 'agreed', 'kappa'], [...rows, all])
}
