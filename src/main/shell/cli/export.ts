import path from 'node:path'
import { type Command, Option } from 'commander'
import { startExport } from '../../app/exchange/exporting.ts'
import { counted } from '../../app/words.ts'
import { problemLines, settingsOf, settingsOption } from './exchangeOptions.ts'
import { type CommonOptions, runOn, withImages } from './run.ts'

interface Options extends CommonOptions {
  format: string
  suggestions?: boolean
  complete?: boolean
  images?: 'none' | 'copy' | 'link'
  set: string[]
  overwrite?: boolean
}

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('write the labels to a file or a folder')
    .argument('<project>', 'the project file')
    .argument('<out>', 'the file or folder to write')
    .option('--format <name>', 'one of `surmise formats`', 'coco')
    .option('--suggestions', 'undecided suggestions too, where the format has a place for them')
    .option('--complete', 'only images of which every label is known')
    .addOption(
      new Option('--images <how>', 'what becomes of the images, where the format has a place for them').choices([
        'none',
        'copy',
        'link',
      ]),
    )
    .addOption(settingsOption('write'))
    .option('--overwrite', 'replace what is there: a file, or a folder that is an earlier export')
  withImages(command).action((project: string, out: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const { format, suggestions, complete, images: placed, overwrite } = options
        const settings = settingsOf(options.set)
        const request = { format, path: path.resolve(out), suggestions, complete, images: placed, settings, overwrite }
        const report = await startExport(workspace, request).done
        const { present, absent, images, unreadable, files, warnings } = report
        const lines = [
          `${present} present and ${absent} absent labels of ${counted(images, 'image')} written to ${files.join(', ')}.`,
          ...(unreadable > 0 ? [`${counted(unreadable, 'image')} can’t be read.`] : []),
          ...problemLines(warnings),
        ]
        return { lines, json: { ...report } }
      },
      { readOnly: true },
    ),
  )
}
