import type { SimulateResult } from '../../app/benchmark/benchmarking.ts'
import { counted } from '../../app/words.ts'
import { tableText } from './table.ts'

type OrderResult = SimulateResult['orders'][number]
type Confident = OrderResult['rounds'][number]['confident']['present']

const percent = (share: number): string => (Number.isNaN(share) ? '–' : (share * 100).toFixed(1))

/** The rounds of each order, and how many decisions each took. */
export function simulateText(result: SimulateResult): string[] {
  const { images, labels, positives, backbone, orders, fewerThanRandom } = result
  const pairs = images * labels.length
  const head = `${images} images × ${labels.length} labels, ${pairs} pairs, ${positives} of them present, ${backbone}.`
  const ends = orders.map(({ order, decisions }) => {
    if (Number.isNaN(decisions)) return `${order}: 95 % of the positives were not reached.`
    const saved = `${percent(1 - decisions / pairs)} % fewer than marking everything`
    return `${order}: 95 % of the positives known after ${counted(Math.round(decisions), 'decision')}, ${saved}.`
  })
  return [
    head,
    'A decision is the mark of one pair, or accepting all confident suggestions at once (done once, at the end).',
    'Confident: of this label, at least 95 % of what is as sure are right, by a lower bound from what is known of it.',
    'Right: marked, or confident and right. Saved: what marking these one by one would have taken more.',
    '',
    ...orders.flatMap((order) => [...roundsText(order, pairs), '']),
    ...ends,
    ...(fewerThanRandom === null ? [] : [`ours takes ${percent(fewerThanRandom)} % fewer decisions than random.`]),
  ]
}

function roundsText({ order, rounds }: OrderResult, pairs: number): string[] {
  const head = [
    'decisions',
    '% of all',
    'right',
    'saved',
    'positives known %',
    'confident present, right %',
    'confident absent, right %',
  ]
  const lines = rounds.map(({ decisions, labelsRight, saved, positivesKnown, confident }) => [
    ...[String(decisions), percent(decisions / pairs), String(labelsRight), String(saved), percent(positivesKnown)],
    confidentText(confident.present),
    confidentText(confident.absent),
  ])
  return [`${order}:`, ...tableText(head, lines)]
}

/** How many, how many of them are right, and what the audit slice makes of that. */
function confidentText({ count, precision, audit }: Confident): string {
  const audited =
    audit.count > 0
      ? `; audit of ${audit.count}: ${percent(audit.share)} (${percent(audit.low)}–${percent(audit.high)})`
      : ''
  return `${count}, ${percent(precision)}${audited}`
}
