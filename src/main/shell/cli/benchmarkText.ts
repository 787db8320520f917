import {
  ablationTexts,
  type BenchmarkResult,
  type HiddenScore,
  type MethodScores,
  type ProtocolResult,
  type SplitScore,
} from '../../app/benchmark/benchmarking.ts'
import { counted } from '../../app/words.ts'
import type { Side } from '../../domain/state.ts'
import { tableText } from './table.ts'

const percent = (share: number): string => (share * 100).toFixed(1)
const known = (share: number): string => `${Math.round(share * 100)} %`

/** mAP / recall at 90 % precision / calibration error of each, in per cent. */
export function benchmarkText({ images, labels, backbone, seeds, rows }: BenchmarkResult): string[] {
  const faithful = rows.some((row) => row.faithful)
  const head = ['known', 'linear', 'SST', 'blend', 'blend, interpolated', 'seconds']
  const lines = rows.map((row) => [
    known(row.known),
    ...[row.linear, row.sst, row.blend, ...(row.faithful ? [row.faithful] : [])].map(({ mAP, recallAtP90, ece }) =>
      [mAP, recallAtP90, ece].map(percent).join(' / '),
    ),
    percent(row.blend.interpolatedMAP),
    [row.seconds, ...(row.faithfulSeconds === undefined ? [] : [row.faithfulSeconds])]
      .map((seconds) => seconds.toFixed(1))
      .join(' / '),
  ])
  if (faithful) head.splice(4, 0, 'faithful')
  return [
    `${images} images × ${labels.length} labels, ${backbone}, mean of ${counted(seeds, 'mask')}.`,
    'Scored on the hidden pairs: mAP / recall at 90 % precision / calibration error, in per cent.',
    'Interpolated: the blend’s mAP with the precision–recall curve interpolated, as PASCAL VOC 2012 does and the published tables do.',
    ...(faithful ? ['faithful: METHOD 1 to the letter, on a frozen backbone; its seconds are the second figure.'] : []),
    '',
    ...tableText(head, lines),
    ...rows.flatMap(({ known: share, lastStage }) =>
      lastStage
        ? [
            `Last stage trained, ${known(share)} known: SST ${percent(lastStage.frozen)} % mAP on held-out labels before, ${percent(lastStage.tuned)} % after; kept with ${lastStage.kept} of ${counted(seeds, 'mask')}.`,
          ]
        : [],
    ),
    '',
    'Accepting in bulk, each label by its own bounds (95 % right; at most 2 % of its positives lost): share right of how many, share of all',
    'such pairs; labels of which something was accepted.',
    ...tableText(
      ['known', 'present', 'absent', 'positives lost'],
      rows.map(({ known: share, accepted }) => [
        known(share),
        acceptedText(accepted, 'present'),
        acceptedText(accepted, 'absent'),
        lostText(accepted),
      ]),
    ),
    ...rows.flatMap(ablationText),
  ]
}

type Accepted = BenchmarkResult['rows'][number]['accepted']

function acceptedText(accepted: Accepted, side: Side): string {
  const { right, count, share, all } = accepted[side]
  const labels = accepted.labels.filter((label) => label[side].count > 0).length
  return count === 0 ? 'none' : `${percent(share)} of ${count}, ${percent(right / all)}; ${counted(labels, 'label')}`
}

/** Of the labels of which something was accepted as absent. */
function lostText({ labels }: Accepted): string {
  const offered = labels.filter(({ absent }) => absent.count > 0)
  const total = (of: 'lost' | 'positives'): number => offered.reduce((sum, { absent }) => sum + absent[of], 0)
  return offered.length === 0 ? '–' : `${total('lost')} of ${total('positives')}`
}

function ablationText({ known: share, ablation }: BenchmarkResult['rows'][number]): string[] {
  if (!ablation) return []
  const cell = (score: HiddenScore | undefined): string => {
    if (!score) return '–'
    const { mAP, recallAtP90, ece } = score
    return Number.isNaN(mAP) ? 'no numbers' : [mAP, recallAtP90, ece].map(percent).join(' / ')
  }
  const lines = ablation.map(({ without, sst, blend }) => [ablationTexts[without], cell(sst), cell(blend)])
  return ['', `At ${known(share)} known, without:`, ...tableText(['', 'SST', 'blend'], lines)]
}

const methods: Record<keyof MethodScores, string> = {
  linear: 'linear',
  sst: 'SST',
  blend: 'blend',
  faithful: 'faithful',
}

/** mAP / OF1 / CF1 of each, in per cent, and what was published. */
export function protocolText({
  protocol,
  images,
  labels,
  backbone,
  rows,
  averages,
  published,
}: ProtocolResult): string[] {
  const columns = Object.keys(averages) as (keyof MethodScores)[]
  const cells = (scores: MethodScores): string[] => columns.map((method) => scoreText(scores[method]!))
  const shares = Array.from({ length: 9 }, (_, i) => (i + 1) / 10)
  const publishedAt = (share: number): string => {
    const at = shares.findIndex((other) => Math.abs(other - share) < 1e-9)
    return at < 0 ? '–' : published.sst[at].toFixed(1)
  }
  const lines = rows.map((row) => [known(row.known), ...cells(row.scores), publishedAt(row.known)])
  const whole = shares.every((share) => rows.some((row) => Math.abs(row.known - share) < 1e-9))
  const average = published.averages.find(({ method }) => method === 'SST')!
  lines.push(['mean', ...cells(averages), whole ? average.mAP.toFixed(1) : '–'])
  const figure = (value: number | undefined): string => value?.toFixed(1) ?? '–'
  return [
    `${protocol}: ${images.training} images to train on, ${images.test} to test on, ${labels.length} labels, ${backbone}.`,
    'Scored on the test split: mAP / OF1 / CF1, in per cent. Its images take part in training without labels.',
    '',
    ...tableText(['known', ...columns.map((method) => methods[method]), 'published SST (mAP)'], lines),
    '',
    'Published, mean over 10–90 % known:',
    ...tableText(
      ['method', 'mAP', 'OF1', 'CF1'],
      published.averages.map(({ method, mAP, OF1, CF1 }) => [method, figure(mAP), figure(OF1), figure(CF1)]),
    ),
    published.source,
  ]
}

function scoreText({ mAP, OF1, CF1 }: SplitScore): string {
  return [mAP, OF1, CF1].map(percent).join(' / ')
}
