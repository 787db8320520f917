import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ViewsChoice } from '../../../../../contract/views.ts'
import {
  type BenchmarkRequest,
  type ProtocolRequest,
  startBenchmark,
  startProtocol,
} from '../../../../app/benchmark/benchmarking.ts'
import { UserError } from '../../../../base/errors.ts'
import { backboneOf, viewsOption } from '../../backboneOption.ts'
import { benchmarkText, protocolText } from '../../benchmarkText.ts'
import { countOf } from '../../count.ts'
import { type CommonOptions, run, withJson } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { benchmark as texts } from '../../texts/measuring.ts'

interface Options extends CommonOptions {
  protocol?: ProtocolRequest['protocol']
  mode: BenchmarkRequest['mode']
  backbone: string
  views?: ViewsChoice
  known?: number[]
  seeds: number
  labelsWithAtLeast: number
  ablate: boolean
  device: string
  unfreeze: 'last' | 'none'
  vectors?: string
}

const usualShares = [0.1, 0.5, 0.9]
const protocolShares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

export function addBenchmark(program: Command): void {
  const command = program
    .command('benchmark')
    .description(texts.description)
    .argument('<folder>', common.labelledFolder)
    .addOption(new Option('--protocol <name>', texts.protocol).choices(['voc2007', 'coco2014', 'vg200']))
    .addOption(new Option('--mode <name>', texts.mode).choices(['default', 'faithful']).default('default'))
    .option('--backbone <name>', common.benchmarkBackbone, 'surmise-tiny')
    .addOption(viewsOption())
    .option('--known <shares>', texts.known, sharesOf)
    .option('--seeds <number>', texts.seeds, countOf, 3)
    .option('--labels-with-at-least <number>', common.labelsWithAtLeast, countOf, 20)
    .option('--ablate', texts.ablate, false)
    .option('--device <name>', common.device, 'auto')
    .addOption(new Option('--unfreeze <what>', texts.unfreeze).choices(['last', 'none']).default('none'))
    .option('--vectors <file>', common.vectors)
  withJson(command).action((folder: string, options: Options) =>
    run(options, async ({ context }) => {
      const { protocol, mode, known, seeds, labelsWithAtLeast, ablate, device } = options
      const backbone = backboneOf(options.backbone, options.views)
      const unfreeze = options.unfreeze === 'last'
      const wordVectors = options.vectors && path.resolve(options.vectors)
      const common = { mode, backbone, device, unfreeze, wordVectors, folder: path.resolve(folder) }
      if (protocol === undefined) {
        const request = { ...common, known: known ?? usualShares, seeds, labelsWithAtLeast, ablate }
        const result = await startBenchmark(context, request).done
        return { lines: benchmarkText(result), json: { ...result } }
      }
      for (const option of ['seeds', 'labelsWithAtLeast', 'ablate']) {
        if (command.getOptionValueSource(option) !== 'cli') continue
        throw new UserError('benchmark-protocol', ...texts.notWithProtocol)
      }
      const result = await startProtocol(context, { ...common, protocol, known: known ?? protocolShares }).done
      return { lines: protocolText(result), json: { ...result } }
    }),
  )
}

function sharesOf(text: string): number[] {
  const shares = text.split(',').map(Number)
  if (shares.every((share) => share > 0 && share < 1)) return shares
  throw new InvalidArgumentError(texts.badShares)
}
