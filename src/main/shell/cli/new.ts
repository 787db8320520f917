import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { summaryOf } from '../../app/project/summary.ts'
import { counted } from '../../app/words.ts'
import { asUserError } from '../../base/errors.ts'
import { type CommonOptions, run, withJson } from './run.ts'

interface Options extends CommonOptions {
  images: string
  labels?: string
  backbone?: string
}

export function addNew(program: Command): void {
  const command = program
    .command('new')
    .description('make a project of a folder of images')
    .argument('<project>', 'the project file to make: NAME.surmise')
    .requiredOption('--images <folder>', 'the folder that holds the images')
    .option('--labels <file>', 'a text file with one label a line')
    .option(
      '--backbone <name>',
      'a backbone by name, or an ONNX file; :imagenet, :half, :unit, :bytes or :clip behind it says how it wants its pixels',
    )
  withJson(command).action((project: string, options: Options) =>
    run(options, async (application) => {
      const labels = options.labels === undefined ? [] : await readLabels(options.labels)
      const { workspace, scan } = await application.createAndScan({
        path: path.resolve(project),
        imagesRoot: path.resolve(options.images),
        labels,
        backbone: options.backbone,
      })
      await scan.done
      const { path: file, images } = summaryOf(workspace)
      const broken = images.broken > 0 ? ` (${images.broken} can’t be read)` : ''
      return {
        lines: [`Made ${file}: ${counted(images.total, 'image')}${broken}, ${counted(labels.length, 'label')}.`],
        json: { project: file, images, labels },
      }
    }),
  )
}

/** One label a line; empty lines are skipped. */
async function readLabels(file: string): Promise<string[]> {
  const text = await readFile(path.resolve(file), 'utf8').catch((error) => {
    throw asUserError(error)
  })
  const names = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
  return names.filter(Boolean)
}
