import type { Graph, Value } from '../tensor/graph/graph.ts'
import { add, mul, sigmoid, stopGradient } from '../tensor/operators/elementwise.ts'
import { factoredIntraTargets, factoredPairLogits, factoredPairLoss } from './factoredPairs.ts'
import { batchSimilarity, distanceLoss, imagePairs, interTargets } from './inter.ts'
import { cooccurrenceLogits, cooccurrenceLoss, intraTargets } from './intra.ts'
import { knownLoss, weightedLoss } from './losses.ts'
import type { Recognition } from './model.ts'
import type { PseudoTargets } from './pseudoLabels.ts'

type Lookup = (name: string) => Value

/** What the default mode repairs in the published recipe (METHOD 3); each can be switched off. */
export interface Repairs {
  /** 1: L_cooc leaves out pairs with an unknown member, and R_ck / p_k is transferred. */
  maskUnknownPairs: boolean
  /** 2: A counts only images where both labels are known, with a prior for rare ones. */
  conditionalAdjacency: boolean
  /**
   * L_cooc trains only the pair classifier. At its weight of 10 it would pull the attention away from the labels: on a frozen
   * backbone, the loss of the known labels rises while L_cooc falls.
   */
  separatePairs: boolean
  /** 3: a label without a known positive has no neighbours in the graph, instead of 0/0, which would spread to everything. */
  definedMeans: boolean
  /** 4: the mean cosine is taken over the used slots of a bank. */
  usedSlotsOnly: boolean
  /** 5: there are negative pseudo labels too, and each is weighted by its score. */
  pseudoBothWays: boolean
}

export const allRepairs: Repairs = {
  maskUnknownPairs: true,
  conditionalAdjacency: true,
  separatePairs: true,
  definedMeans: true,
  usedSlotsOnly: true,
  pseudoBothWays: true,
}
/** As published, except for repair 3: otherwise one label without a known positive would turn all results into NaN. */
export const noRepairs: Repairs = {
  maskUnknownPairs: false,
  conditionalAdjacency: false,
  separatePairs: false,
  definedMeans: true,
  usedSlotsOnly: false,
  pseudoBothWays: false,
}

/** What `objective` needs besides the network's results. */
export interface ObjectiveInputs {
  /** y, [B, C]: 1 present, -1 absent, 0 unknown */
  target: Value
  /** as in `interTargets` */
  bankSum: Value
  bankCount: Value
  /** as in `distanceLoss` */
  pairOrder: Value
  /** θ_intra and θ_inter, scalars */
  intraThreshold: Value
  interThreshold: Value
  /** 1 once pseudo labels count (epoch ≥ 5), else 0; a scalar */
  transfer: Value
  /** ρ, a scalar */
  rise: Value
  /** The labels whose pairs are computed, as in `factoredPairLogits`; without it, the pairs aren't factored. */
  members?: Value
}

/** Declares what `objective` needs as inputs of the graph, for batches of B images; all but `members`. */
export function objectiveInputs(
  graph: Graph,
  { labels, channels }: { labels: number; channels: number },
  batch: number,
): ObjectiveInputs {
  return {
    target: graph.input('target', 'float32', [batch, labels]),
    bankSum: graph.input('bankSum', 'float32', [labels, channels]),
    bankCount: graph.input('bankCount', 'float32', [labels]),
    pairOrder: graph.input('pairOrder', 'int64', [imagePairs(batch).length]),
    intraThreshold: graph.input('intraThreshold', 'float32', []),
    interThreshold: graph.input('interThreshold', 'float32', []),
    transfer: graph.input('transfer', 'float32', []),
    rise: graph.input('rise', 'float32', []),
  }
}

export interface Objective {
  total: Value
  known: Value
  intraPseudo: Value
  interPseudo: Value
  /** 10 L_cooc */
  cooccurrence: Value
  /** 0.05 L_dist */
  distance: Value
  cooccurrenceLogits: Value | undefined
  intraTargets: Value
  interTargets: Value
}

/**
 * L = cls(s,y) + [epoch ≥ 5]( cls(s, y∪intra) + cls(s, y∪inter) ) + 10 ρ L_cooc + 0.05 ρ L_dist (METHOD 1).
 * With a single label or a single image there are no pairs, and the respective loss is 0 (METHOD 3, repair 3).
 * @param pairs false leaves out the pair classifier: L_cooc is 0, and y∪intra is y
 */
export function objective(
  result: Recognition,
  inputs: ObjectiveInputs,
  parameter: Lookup,
  { repairs = noRepairs, pairs = true }: { repairs?: Repairs; pairs?: boolean } = {},
): Objective {
  const { target } = inputs
  const [images, labels] = [target.size(0), target.size(1)]
  const nothing = target.graph.scalar(0, 'float32')
  const features = repairs.separatePairs ? stopGradient(result.features) : result.features
  const relation = pairs && labels > 1 ? pairRelation(features, inputs, repairs, parameter) : undefined
  const batch = batchSimilarity(result.features)
  const inter = interTargets(
    batch,
    inputs.bankSum,
    inputs.bankCount,
    target,
    inputs.interThreshold,
    repairs.pseudoBothWays,
  )
  const known = knownLoss(result.logits, target)
  const interPseudo = weightedLoss(result.logits, inter.targets, inter.weights)
  const intra = relation?.targets(result.logits)
  const intraPseudo = intra ? weightedLoss(result.logits, intra.targets, intra.weights) : known
  const cooccurrence = relation ? mul(relation.loss(), 10) : nothing
  const distance = images > 1 ? mul(distanceLoss(batch.similarity, target, inputs.pairOrder), 0.05) : nothing
  const pseudo = mul(inputs.transfer, add(intraPseudo, interPseudo))
  const total = add(add(known, pseudo), mul(inputs.rise, add(cooccurrence, distance)))
  return {
    total,
    known,
    intraPseudo,
    interPseudo,
    cooccurrence,
    distance,
    cooccurrenceLogits: relation?.logits,
    intraTargets: intra?.targets ?? target,
    interTargets: inter.targets,
  }
}

/** What the objective needs of the pair classifier, full or factored. */
interface PairRelation {
  logits: Value
  loss(): Value
  /** y ∪ intra. @param recognized s, [B, C] */
  targets(recognized: Value): PseudoTargets
}

function pairRelation(
  features: Value,
  { target, members, intraThreshold }: ObjectiveInputs,
  { maskUnknownPairs, pseudoBothWays }: Repairs,
  parameter: Lookup,
): PairRelation {
  if (members) {
    const pairs = factoredPairLogits(features, members, parameter)
    return {
      logits: pairs.logits,
      loss: () => factoredPairLoss(pairs, target, maskUnknownPairs),
      targets: () => factoredIntraTargets(pairs, target, intraThreshold, pseudoBothWays),
    }
  }
  const logits = cooccurrenceLogits(features, parameter)
  return {
    logits,
    loss: () => cooccurrenceLoss(logits, target, maskUnknownPairs),
    targets: (recognized) => {
      const probabilities = maskUnknownPairs ? sigmoid(recognized) : undefined
      return intraTargets(logits, target, intraThreshold, pseudoBothWays, probabilities)
    },
  }
}
