import {
  ablationTexts,
  type BenchmarkResult,
  type HiddenScore,
  type MethodScores,
  type ProtocolResult,
  type SplitScore,
} from '../../app/benchmark/benchmarking.ts'
import type { Side } from '../../domain/state.ts'
import { tableText } from './table.ts'
import { benchmark as texts } from './texts/measuring.ts'

const percent = (share: number): string => (share * 100).toFixed(1)
const known = (share: number): string => `${Math.round(share * 100)}%`

/** A table of mAP / recall at 90% precision / calibration error for each method, in per cent. */
export function benchmarkText({ images, labels, backbone, seeds, rows }: BenchmarkResult): string[] {
  const faithful = rows.some((row) => row.faithful)
  const head: string[] = [...texts.columns]
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
  if (faithful) head.splice(4, 0, texts.faithfulColumn)
  return [
    texts.head(images, labels.length, backbone, seeds),
    texts.scored,
    texts.interpolated,
    ...(faithful ? [texts.faithful] : []),
    '',
    ...tableText(head, lines),
    ...rows.flatMap(({ known: share, lastStage }) =>
      lastStage
        ? [texts.lastStage(known(share), percent(lastStage.frozen), percent(lastStage.tuned), lastStage.kept, seeds)]
        : [],
    ),
    '',
    ...texts.accepting,
    ...tableText(
      texts.acceptingColumns,
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
  return count === 0 ? texts.noneAccepted : texts.accepted(percent(share), count, percent(right / all), labels)
}

/** The positives lost, over the labels that had pairs accepted as absent. */
function lostText({ labels }: Accepted): string {
  const offered = labels.filter(({ absent }) => absent.count > 0)
  const total = (of: 'lost' | 'positives'): number => offered.reduce((sum, { absent }) => sum + absent[of], 0)
  return offered.length === 0 ? '–' : texts.lost(total('lost'), total('positives'))
}

function ablationText({ known: share, ablation }: BenchmarkResult['rows'][number]): string[] {
  if (!ablation) return []
  const cell = (score: HiddenScore | undefined): string => {
    if (!score) return '–'
    const { mAP, recallAtP90, ece } = score
    return Number.isNaN(mAP) ? texts.noNumbers : [mAP, recallAtP90, ece].map(percent).join(' / ')
  }
  const lines = ablation.map(({ without, sst, blend }) => [ablationTexts[without], cell(sst), cell(blend)])
  return ['', texts.without(known(share)), ...tableText(texts.withoutColumns, lines)]
}

/** A table of mAP / OF1 / CF1 for each method, in per cent, with the published figures. */
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
  lines.push([texts.mean, ...cells(averages), whole ? average.mAP.toFixed(1) : '–'])
  const figure = (value: number | undefined): string => value?.toFixed(1) ?? '–'
  return [
    texts.protocolHead(protocol, images.training, images.test, labels.length, backbone),
    texts.protocolScored,
    '',
    ...tableText([texts.columns[0], ...columns.map((method) => texts.methods[method]), texts.publishedColumn], lines),
    '',
    texts.published,
    ...tableText(
      texts.publishedColumns,
      published.averages.map(({ method, mAP, OF1, CF1 }) => [method, figure(mAP), figure(OF1), figure(CF1)]),
    ),
    published.source,
  ]
}

function scoreText({ mAP, OF1, CF1 }: SplitScore): string {
  return [mAP, OF1, CF1].map(percent).join(' / ')
}
