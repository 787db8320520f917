import path from 'node:path'
import { type Command, Option } from 'commander'
import { startExport } from '../../../../app/exchange/exporting.ts'
import { problemLines, settingsOf, settingsOption } from '../../exchangeOptions.ts'
import { type CommonOptions, runOn, withImages } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { exporting as texts } from '../../texts/exchange.ts'

interface Options extends CommonOptions {
  format?: string
  suggestions?: boolean
  complete?: boolean
  images?: 'none' | 'copy' | 'link'
  set?: string[]
  overwrite?: boolean
}

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description(texts.description)
    .argument('<project>', common.project)
    .argument('<out>', texts.out)
    .option('--format <name>', texts.format)
    .option('--suggestions', texts.suggestions)
    .option('--complete', texts.complete)
    .addOption(new Option('--images <how>', texts.images).choices(['none', 'copy', 'link']))
    .addOption(settingsOption('write'))
    .option('--overwrite', texts.overwrite)
  withImages(command).action((project: string, out: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const { format = usualFormat(out), suggestions, complete, images: placed, overwrite } = options
        const settings = settingsOf(options.set)
        const request = { format, path: path.resolve(out), suggestions, complete, images: placed, settings, overwrite }
        const report = await startExport(workspace, request).done
        const { present, absent, images, unreadable, files, warnings } = report
        const lines = [
          texts.done(present, absent, images, files),
          ...(unreadable > 0 ? [texts.unreadable(unreadable)] : []),
          ...problemLines(warnings),
        ]
        return { lines, json: { ...report } }
      },
      { readOnly: true },
    ),
  )
}

const byEnding: Record<string, string> = {
  ...{ '.csv': 'csv', '.tsv': 'csv', '.xml': 'cvat', '.npy': 'npy', '.safetensors': 'features' },
}

/** The format that the file name suggests. */
function usualFormat(out: string): string {
  return byEnding[path.extname(out).toLowerCase()] ?? 'coco'
}
