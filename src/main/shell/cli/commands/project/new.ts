import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import { summaryOf } from '../../../../app/project/summary.ts'
import { kindsText } from '../../../../app/words.ts'
import { asUserError } from '../../../../base/errors.ts'
import { type CommonOptions, run, withJson } from '../../run.ts'
import { newProject as texts } from '../../texts/project.ts'

interface Options extends CommonOptions {
  images: string
  labels?: string
  backbone?: string
}

export function addNew(program: Command): void {
  const command = program
    .command('new')
    .description(texts.description)
    .argument('<project>', texts.project)
    .requiredOption('--images <folder>', texts.images)
    .option('--labels <file>', texts.labels)
    .option('--backbone <name>', texts.backbone)
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
      const { path: file, images, passedOver } = summaryOf(workspace)
      const kinds = kindsText(passedOver)
      return {
        lines: [
          texts.done(file, images.total, images.broken, labels.length),
          ...(kinds === '' ? [] : [texts.passedOver(kinds)]),
        ],
        json: { project: file, images, labels, passedOver },
      }
    }),
  )
}

/** One label per line; empty lines are skipped. */
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
