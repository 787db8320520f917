import path from 'node:path'
import { type Command, Option } from 'commander'
import type { ViewsChoice } from '../../../../../contract/views.ts'
import { type SimulateRequest, startSimulation } from '../../../../app/benchmark/benchmarking.ts'
import { backboneOf, viewsOption } from '../../backboneOption.ts'
import { countOf, seedOf } from '../../count.ts'
import { type CommonOptions, run, withJson } from '../../run.ts'
import { simulateText } from '../../simulateText.ts'
import { common } from '../../texts/common.ts'
import { simulate as texts } from '../../texts/measuring.ts'

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
    .description(texts.description)
    .argument('<folder>', common.labelledFolder)
    .option('--backbone <name>', common.benchmarkBackbone, 'surmise-tiny')
    .addOption(viewsOption())
    .option('--rounds <number>', texts.rounds, countOf, 12)
    .addOption(new Option('--order <name>', texts.order).choices([...all, 'all']).default('all'))
    .option('--images <number>', texts.images, countOf)
    .option('--labels-with-at-least <number>', common.labelsWithAtLeast, countOf, 20)
    .option('--seed <number>', texts.seed, seedOf, 0)
    .option('--device <name>', common.device, 'auto')
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
