import path from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { type BenchmarkResult, startBenchmark } from '../../app/benchmarking.ts'
import { type CommonOptions, run, withJson } from './run.ts'

interface Options extends CommonOptions {
  backbone: string
  known: number[]
  seeds: number
  labelsWithAtLeast: number
  device: string
}

export function addBenchmark(program: Command): void {
  const command = program
    .command('benchmark')
    .description('hide labels of a labelled folder, train on the rest, and score what was hidden')
    .argument('<folder>', 'holds images/ and labels.tsv: image, split, labels (separated by spaces)')
    .option('--backbone <name>', 'a backbone’s name or ONNX file, @384 for its input size', 'surmise-tiny')
    .option('--known <shares>', 'shares of the labels that are known', sharesOf, [0.1, 0.5, 0.9])
    .option('--seeds <number>', 'how many masks to average', countOf, 3)
    .option('--labels-with-at-least <number>', 'leave out labels present in fewer images', countOf, 20)
    .option('--device <name>', 'auto, cpu, webgpu, …', 'auto')
  withJson(command).action((folder: string, options: Options) =>
    run(options, async ({ context }) => {
      const { json: _, ...request } = options
      const backbone =
        options.backbone.endsWith('.onnx') || options.backbone.includes('.onnx@')
          ? path.resolve(options.backbone)
          : options.backbone
      const result = await startBenchmark(context, { ...request, backbone, folder: path.resolve(folder) }).done
      return { text: tableOf(result), json: { ...result } }
    }),
  )
}

function sharesOf(text: string): number[] {
  const shares = text.split(',').map(Number)
  if (shares.every((share) => share > 0 && share < 1)) return shares
  throw new InvalidArgumentError('Shares are numbers between 0 and 1, separated by commas: 0.1,0.5,0.9')
}

function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError('It must be a whole number from 1.')
}

/** mAP / recall at 90 % precision / calibration error of each, in per cent. */
function tableOf({ images, labels, backbone, seeds, rows }: BenchmarkResult): string {
  const percent = (share: number): string => (share * 100).toFixed(1)
  const head = ['known', 'linear', 'SST', 'blend', 'seconds']
  const lines = rows.map(({ known, linear, sst, blend, seconds }) => [
    `${Math.round(known * 100)} %`,
    ...[linear, sst, blend].map(({ mAP, recallAtP90, ece }) => [mAP, recallAtP90, ece].map(percent).join(' / ')),
    seconds.toFixed(1),
  ])
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((line) => line[i].length)))
  const text = [head, ...lines].map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('   ')
      .trimEnd(),
  )
  return [
    `${images} images × ${labels.length} labels, ${backbone}, mean of ${seeds} ${seeds === 1 ? 'mask' : 'masks'}.`,
    'Scored on the hidden pairs: mAP / recall at 90 % precision / calibration error, in per cent.',
    '',
    ...text,
  ].join('\n')
}
