import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ViewsChoice } from '../../../contract/views.ts'
import {
  type BenchmarkRequest,
  type ProtocolRequest,
  startBenchmark,
  startProtocol,
} from '../../app/benchmark/benchmarking.ts'
import { UserError } from '../../base/errors.ts'
import { backboneOf, viewsOption } from './backboneOption.ts'
import { benchmarkText, protocolText } from './benchmarkText.ts'
import { countOf } from './count.ts'
import { type CommonOptions, run, withJson } from './run.ts'

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
    .description('hide labels of a labelled folder, train on the rest, and score what was hidden')
    .argument('<folder>', 'holds images/ and labels.tsv: image, split, labels (separated by spaces)')
    .addOption(
      new Option(
        '--protocol <name>',
        'the folder is a data set as it comes; trains on its training split, scores its test split',
      ).choices(['voc2007', 'coco2014', 'vg200']),
    )
    .addOption(
      new Option('--mode <name>', 'faithful: the published method beside ours')
        .choices(['default', 'faithful'])
        .default('default'),
    )
    .option('--backbone <name>', 'a backbone’s name or ONNX file, @384 for its input size', 'surmise-tiny')
    .addOption(viewsOption())
    .option(
      '--known <shares>',
      'shares of the labels that are known (default: 0.1,0.5,0.9; nine by a protocol)',
      sharesOf,
    )
    .option('--seeds <number>', 'how many masks to average', countOf, 3)
    .option('--labels-with-at-least <number>', 'leave out labels present in fewer images', countOf, 20)
    .option('--ablate', 'also leave out each part of the method in turn', false)
    .option('--device <name>', 'auto, cpu, webgpu, …', 'auto')
    .addOption(
      new Option('--unfreeze <what>', 'last: train the backbone’s last stage too, where it helps')
        .choices(['last', 'none'])
        .default('none'),
    )
    .option('--vectors <file>', 'word vectors (GloVe’s text form) that the labels’ own begin at')
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
        throw new UserError(
          'benchmark-protocol',
          'A published protocol has one mask, all of its labels, and no parts to leave out.',
          'Leave out --seeds, --labels-with-at-least and --ablate.',
        )
      }
      const result = await startProtocol(context, { ...common, protocol, known: known ?? protocolShares }).done
      return { lines: protocolText(result), json: { ...result } }
    }),
  )
}

function sharesOf(text: string): number[] {
  const shares = text.split(',').map(Number)
  if (shares.every((share) => share > 0 && share < 1)) return shares
  throw new InvalidArgumentError('Shares are numbers between 0 and 1, separated by commas: 0.1,0.5,0.9')
}
