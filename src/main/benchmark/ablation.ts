import { UserError } from '../base/errors.ts'
import { allRepairs, type Repairs } from '../sst/objective.ts'
import { applyBlend, fitBlend } from '../suggestions/blend.ts'
import { conditionalLogOddsOfAll } from '../suggestions/conditional.ts'
import { fitConditional } from '../suggestions/conditionalFit.ts'
import { logistic } from '../suggestions/logistic.ts'
import { fitSuggester, suggestionProbabilities } from '../suggestions/suggester.ts'
import type { Device } from '../tensor/run/session.ts'
import { type FineTuneResult, fineTune } from '../training/fineTune.ts'
import { type AblationName, withoutRepair } from './ablationNames.ts'
import type { CachedFeatures } from './cachedFeatures.ts'
import { spread } from './methods.ts'

/** Results without one part. `sst` is missing where SST didn't have to be trained again. */
export interface AblationRun {
  name: AblationName
  /** Probabilities of present, N×C; undefined if training diverged to NaN. */
  sst?: Float32Array
  blend?: Float32Array
}

/** How many networks an ablation trains. */
export const ablationTrainings = 2 + Object.keys(withoutRepair).length

interface AblationInput {
  features: Pick<CachedFeatures, 'source' | 'records' | 'names'>
  /** y, row-major N×C: 1, -1, 0 where hidden */
  states: Int8Array
  /** The complete y, N×C */
  truth: Int8Array
  labelNames: readonly string[]
}

/**
 * Trains the default mode, then again without each of its parts: every repair of METHOD 3 and every part of METHOD 4.
 * @throws UserError `too-few-labels`; the signal's reason
 */
export async function ablate(
  { features, states, truth, labelNames }: AblationInput,
  { seed, device, signal, onTrained }: { seed: number; device: Device; signal?: AbortSignal; onTrained?: () => void },
): Promise<AblationRun[]> {
  const { source, records } = features
  const names = await features.names?.(labelNames)
  const labels = labelNames.length
  const how = { seed, device, signal }
  const train = async (without: Partial<Repairs>, from = source): Promise<FineTuneResult> => {
    const input = { source: from, records, states, labelNames, names }
    const result = await fineTune(input, { ...how, repairs: { ...allRepairs, ...without } })
    onTrained?.()
    return result
  }
  const runOf = (name: AblationName, { sources, probabilities, learnt }: FineTuneResult): AblationRun => ({
    name,
    sst: spread(sources.sst.map(logistic), learnt, labels),
    blend: spread(probabilities, learnt, labels),
  })

  const whole = await train({})
  const runs = [runOf('nothing', whole)]
  for (const repair of Object.keys(withoutRepair) as (keyof Repairs)[]) {
    runs.push(await train({ [repair]: false }).then((result) => runOf(repair, result), orNotFinite(repair)))
  }

  // The remaining parts only change how the same scores are blended.
  const { learnt, sources } = whole
  const columns = (matrix: Int8Array): Int8Array =>
    Int8Array.from(
      sources.linear,
      (_, at) => matrix[Math.floor(at / learnt.length) * labels + learnt[at % learnt.length]],
    )
  const known = columns(states)
  const blend = (name: AblationName, probabilities: Float32Array): void => {
    runs.push({ name, blend: spread(probabilities, learnt, labels) })
  }
  // As published, where the choice is made on the same labels that are then scored.
  const hidden = columns(truth).map((y, at) => (known[at] === 0 ? y : 0))
  const own = applyBlend(fitBlend(sources, hidden, learnt.length), sources)
  const conditional = await fitConditional(own, known, learnt.length, how)
  blend('heldOutChoice', conditionalLogOddsOfAll(conditional, own, known).map(logistic))
  if (source.classifier) runs.push(runOf('classes', await train({}, { ...source, classifier: undefined })))
  for (const name of Object.keys(sources) as (keyof typeof sources)[]) {
    const { [name]: _, ...some } = sources
    blend(name, suggestionProbabilities(await fitSuggester(some, known, learnt.length, how), some, known))
  }
  blend('conditional', applyBlend(whole.suggester.blend, sources).map(logistic))
  return runs
}

function orNotFinite(name: AblationName) {
  return (error: unknown): AblationRun => {
    if (error instanceof UserError && error.code === 'not-finite') return { name }
    throw error
  }
}
