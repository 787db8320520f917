import type { SimulateResult } from '../../app/benchmark/benchmarking.ts'
import { tableText } from './table.ts'
import { simulate as texts } from './texts/measuring.ts'

type OrderResult = SimulateResult['orders'][number]
type Confident = OrderResult['rounds'][number]['confident']['present']

const percent = texts.tenths

/** Tables of the rounds of each order, and the decisions each order took. */
export function simulateText(result: SimulateResult): string[] {
  const { images, labels, positives, backbone, orders, fewerThanRandom } = result
  const pairs = images * labels.length
  const ends = orders.map(({ order, decisions }) =>
    Number.isNaN(decisions) ? texts.notReached(order) : texts.reached(order, decisions, 1 - decisions / pairs),
  )
  return [
    texts.head(images, labels.length, positives, backbone),
    ...texts.terms,
    '',
    ...orders.flatMap((order) => [...roundsText(order, pairs), '']),
    ...ends,
    ...(fewerThanRandom === null ? [] : [texts.fewerThanRandom(fewerThanRandom)]),
  ]
}

function roundsText({ order, rounds }: OrderResult, pairs: number): string[] {
  const lines = rounds.map(({ decisions, labelsRight, saved, positivesKnown, confident }) => [
    ...[String(decisions), percent(decisions / pairs), String(labelsRight), String(saved), percent(positivesKnown)],
    confidentText(confident.present),
    confidentText(confident.absent),
  ])
  return [texts.orderTitle(order), ...tableText(texts.columns, lines)]
}

/** How many confident suggestions there are, their precision, and the audit's estimate of it. */
function confidentText({ count, precision, audit }: Confident): string {
  const audited = audit.count > 0 ? texts.audit(audit.count, audit.share, audit.low, audit.high) : ''
  return `${texts.confident(count, precision)}${audited}`
}
