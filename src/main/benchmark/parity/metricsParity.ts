import path from 'node:path'
import { z } from 'zod'
import { readSafeTensors } from '../../base/safetensors.ts'
import {
  averagePrecision,
  decisionMetrics,
  interpolatedAveragePrecision,
  meanOf,
} from '../../training/measure/metrics.ts'
import { comparison, type FixtureReport, larger, unusable } from '../comparison.ts'
import { readFixtureJson } from './fixtureJson.ts'

const bound = 1e-6

const decisionNames = ['OP', 'OR', 'OF1', 'CP', 'CR', 'CF1'] as const
const reference = z.object({
  ap_non_interpolated: z.array(z.number().nullable()),
  map_voc2012: z.number(),
  ...Object.fromEntries(decisionNames.flatMap((name) => [name, `${name}_top3`]).map((name) => [name, z.number()])),
})

/**
 * Compares the metrics of METHOD 1 with the reference implementation's: `metrics_*.safetensors` has scores and targets, [N, C]
 * each; the JSON file of the same name has the metrics.
 * @param stem the path without its extension
 * @throws UserError `not-safetensors`, `fixture-unusable`
 */
export async function metricsParity(stem: string): Promise<FixtureReport> {
  const file = `${stem}.safetensors`
  const { tensors } = await readSafeTensors(file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? unusable(`${stem}.json`, `there is no ${path.basename(file)} beside it`) : error
  })
  const [scores, targets] = ['scores', 'targets'].map((name) => {
    const tensor = tensors.get(name)
    if (!tensor) throw unusable(file, `it has no tensor ${name}`)
    return tensor
  })
  if (scores.shape.length !== 2 || String(scores.shape) !== String(targets.shape)) {
    throw unusable(file, `scores [${scores.shape}] and targets [${targets.shape}] are not two tables of one size`)
  }
  const labels = scores.shape[1]
  const wanted = await readFixtureJson(`${stem}.json`, reference)
  const precisions = wanted.ap_non_interpolated
  if (precisions.length !== labels) {
    throw unusable(`${stem}.json`, `ap_non_interpolated has ${precisions.length} labels, the scores have ${labels}`)
  }
  const column = (of: Float32Array, label: number): Float32Array => of.filter((_, at) => at % labels === label)
  const each = (measure: typeof averagePrecision): number[] =>
    precisions.map((_, label) => measure(column(scores.data, label), column(targets.data, label)))
  const name = path.basename(file)
  const compare = (quantity: string, got: number, reference: number, where?: string) =>
    comparison(name, quantity, 'absolute', Math.abs(got - reference), bound, where)

  const leftOut: string[] = []
  let [worst, where] = [0, '']
  each(averagePrecision).forEach((precision, label) => {
    if (Number.isNaN(precision)) {
      leftOut.push(`average precision of label ${label}: it is never present`)
      return
    }
    const error = Math.abs(precision - (precisions[label] ?? Number.NaN))
    if (!(error <= worst)) [worst, where] = [larger(worst, error), `label ${label}`]
  })
  const comparisons = [
    comparison(name, 'ap_non_interpolated', 'absolute', worst, bound, where),
    compare('map_voc2012', meanOf(each(interpolatedAveragePrecision)), wanted.map_voc2012),
  ]
  for (const [suffix, most] of [
    ['', labels],
    ['_top3', 3],
  ] as const) {
    const got = decisionMetrics(scores.data, targets.data, labels, most)
    for (const decision of decisionNames) {
      const quantity = `${decision}${suffix}` as keyof typeof wanted
      comparisons.push(compare(quantity, got[decision], wanted[quantity] as number))
    }
  }
  return { comparisons, leftOut }
}
