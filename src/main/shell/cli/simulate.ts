import path from 'node:path'
import { type Command, Option } from 'commander'
import type { ViewsChoice } from '../../../contract/views.ts'
import { type SimulateRequest, startSimulation } from '../../app/benchmark/benchmarking.ts'
import { backboneOf, viewsOption } from './backboneOption.ts'
import { countOf, seedOf } from './count.ts'
import { type CommonOptions, run, withJson } from './run.ts'
import { simulateText } from './simulateText.ts'

type Order = SimulateRequest['orders'][number]

interface Options extends CommonOptions {
  backbone: string
  views?: ViewsChoice
  order: Order | 'all'
  rounds: number
  images?: number
  labelsWithAtLeast: number
  seed: number
  device: string
}

const all: Order[] = ['ours', 'random', 'uncertainty']

export function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .description(
      'play an annotator who answers from the truth of a labelled folder, by our order of questions and by others',
    )
    .argument('<folder>', 'holds images/ and labels.tsv: image, split, labels (separated by spaces)')
    .option('--backbone <name>', 'a backbone’s name or ONNX file, @384 for its input size', 'surmise-tiny')
    .addOption(viewsOption())
    .option('--rounds <number>', 'in how many rounds everything would be marked', countOf, 12)
    .addOption(new Option('--order <name>', 'what is asked next').choices([...all, 'all']).default('all'))
    .option('--images <number>', 'take so many of the images, at random', countOf)
    .option('--labels-with-at-least <number>', 'leave out labels present in fewer of them', countOf, 20)
    .option('--seed <number>', 'which images and examples are drawn', seedOf, 0)
    .option('--device <name>', 'auto, cpu, webgpu, …', 'auto')
  withJson(command).action((folder: string, options: Options) =>
    run(options, async ({ context }) => {
      const { order, rounds, images, labelsWithAtLeast, seed, device } = options
      const backbone = backboneOf(options.backbone, options.views)
      const result = await startSimulation(context, {
        ...{ folder: path.resolve(folder), backbone, rounds, images, labelsWithAtLeast, device },
        ...{ orders: order === 'all' ? all : [order], seed },
      }).done
      return { lines: simulateText(result), json: { ...result } }
    }),
  )
}
