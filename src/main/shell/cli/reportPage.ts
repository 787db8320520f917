import path from 'node:path'
import type { Command } from 'commander'
import { startReport } from '../../app/report/reportPage.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withImages } from './run.ts'

interface Options extends CommonOptions {
  overwrite?: boolean
}

export function addReport(program: Command): void {
  const command = program
    .command('report')
    .description('write counts, plots, likely mistakes and examples as one page that opens anywhere')
    .argument('<project>', 'the project file')
    .argument('<out>', 'the .html file to write')
    .option('--overwrite', 'replace what is there')
  withImages(command).action((project: string, out: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const report = await startReport(workspace, path.resolve(out), { overwrite: options.overwrite }).done
        const { file, bytes, pictures } = report
        const line = `${file}: ${(bytes / 1e6).toFixed(1)} MB, with ${counted(pictures, 'picture')}.`
        return { lines: [line], json: { ...report } }
      },
      { readOnly: true },
    ),
  )
}
