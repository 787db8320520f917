import path from 'node:path'
import type { Command } from 'commander'
import { startExport } from '../../app/exporting.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

interface Options extends CommonOptions {
  format: string
  suggestions?: boolean
}

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('write the labels to a file')
    .argument('<project>', 'the project file')
    .argument('<out>', 'the file or folder to write')
    .option('--format <name>', 'coco or csv', 'coco')
    .option('--suggestions', 'undecided suggestions too, in a file of their own')
  withJson(command).action((project: string, out: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const { format, suggestions } = options
        const report = await startExport(workspace, { format, path: path.resolve(out), suggestions }).done
        const { present, absent, images, unreadable, files, warnings } = report
        const lines = [
          `${present} present and ${absent} absent labels of ${counted(images, 'image')} written to ${files.join(', ')}.`,
          ...(unreadable > 0 ? [`${counted(unreadable, 'image')} can’t be read.`] : []),
          ...warnings.map(
            ({ message, count, examples }) => `${message}: ${count} (${examples.slice(0, 3).join('; ')})`,
          ),
        ]
        return { text: lines.join('\n'), json: { ...report } }
      },
      { readOnly: true },
    ),
  )
}
