import path from 'node:path'
import type { Command } from 'commander'
import { startReport } from '../../../../app/report/reportPage.ts'
import { type CommonOptions, runOn, withImages } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { report as texts } from '../../texts/project.ts'

interface Options extends CommonOptions {
  overwrite?: boolean
}

export function addReport(program: Command): void {
  const command = program
    .command('report')
    .description(texts.description)
    .argument('<project>', common.project)
    .argument('<out>', texts.out)
    .option('--overwrite', common.overwrite)
  withImages(command).action((project: string, out: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const report = await startReport(workspace, path.resolve(out), { overwrite: options.overwrite }).done
        const { file, bytes, pictures } = report
        const line = texts.done(file, bytes, pictures)
        return { lines: [line], json: { ...report } }
      },
      { readOnly: true },
    ),
  )
}
