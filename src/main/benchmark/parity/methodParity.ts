import {
  type Comparison,
  comparison,
  differingEntries,
  entriesBeyond,
  type FixtureReport,
  relativeError,
} from '../comparison.ts'
import { computeStep } from '../methodStep.ts'
import { lossNames, type MethodFixture, readMethodFixture } from './methodFixture.ts'

const outputBound = 1e-4
const gradientBound = 1e-3
/** After the Adam step, at most this share of the entries may be off by more than the tolerance. */
const adam = { tolerance: 1e-5, share: 1e-3 }

/**
 * Compares one training step of METHOD 1 with the reference implementation's (`sst_*.safetensors`).
 * @throws UserError `not-safetensors`, `fixture-unusable`
 */
export async function methodParity(file: string): Promise<FixtureReport> {
  const fixture = await readMethodFixture(file)
  const { name, tensors } = fixture
  const computed = await computeStep(fixture)
  const leftOut = ['decoupling.hidden.bias and decoupling.score.bias: they have no gradient but rounding']
  if (fixture.sizes.labels === 1) leftOut.push('intra.*: a single label has no pairs, so there is nothing to learn')
  const flat = fixture.positions === 1
  if (flat) leftOut.push('decoupling.*: over a single position attention is 1, and has no gradient but rounding')
  const relative = (quantity: string, bound: number): Comparison =>
    comparison(name, quantity, 'relative', relativeError(computed.get(quantity)!, tensors.get(quantity)!.data), bound)
  const exact = (quantity: string): Comparison =>
    comparison(name, quantity, 'entries', differingEntries(computed.get(quantity)!, tensors.get(quantity)!.data), 0)
  const losses = undefinedLosses(fixture)
  leftOut.push(...losses.reasons)
  const trained = fixture.parameters.filter((parameter) => !(flat && parameter.startsWith('decoupling.')))
  const comparisons = [
    ...['output.logits', 'output.semantic_features', 'output.cooccurrence_logits']
      .filter((quantity) => computed.has(quantity))
      .map((quantity) => relative(quantity, outputBound)),
    ...['total', ...lossNames].map((loss) => {
      const got = computed.get(`loss.${loss}`)!
      return comparison(name, `loss.${loss}`, 'relative', relativeError(got, [losses.wanted(loss)]), outputBound)
    }),
    ...['output.intra_target', 'output.inter_target', 'output.exemplars'].map(exact),
    ...['feature_map', ...trained].map((parameter) => relative(`grad.${parameter}`, gradientBound)),
    adamComparison(name, trained, computed, tensors),
  ]
  return { comparisons, leftOut }
}

function adamComparison(
  fixture: string,
  trained: readonly string[],
  computed: Map<string, Float32Array>,
  tensors: MethodFixture['tensors'],
): Comparison {
  let [entries, beyond, most] = [0, 0, 0]
  let where: string | undefined
  for (const parameter of trained) {
    const wanted = tensors.get(`adam.${parameter}`)!.data
    const off = entriesBeyond(computed.get(`adam.${parameter}`)!, wanted, adam.tolerance)
    entries += wanted.length
    beyond += off
    if (off > most) [most, where] = [off, `adam.${parameter}: ${off} of ${wanted.length} entries`]
  }
  return comparison(fixture, `adam (off by more than ${adam.tolerance})`, 'share', beyond / entries, adam.share, where)
}

/**
 * A mean over nothing (a single label, a single image, nothing known) is NaN in the reference and 0 here (METHOD 3, repair 3). The
 * total is then the sum of the other losses.
 */
function undefinedLosses({ tensors }: MethodFixture): { wanted: (loss: string) => number; reasons: string[] } {
  const stored = (loss: string): number => tensors.get(`loss.${loss}`)!.data[0]
  const empty = lossNames.filter((loss) => Number.isNaN(stored(loss)))
  const wanted = (loss: string): number => (Number.isNaN(stored(loss)) ? 0 : stored(loss))
  return {
    wanted: (loss) => {
      if (loss !== 'total' || empty.length === 0) return wanted(loss)
      return lossNames.reduce((sum, name) => sum + wanted(name), 0)
    },
    reasons: empty.map((loss) => `loss.${loss}: not a number there (a mean over nothing), counted as 0`),
  }
}
