import type { Graph, Value } from '../tensor/graph/graph.ts'
import { add, mul, sigmoid, stopGradient } from '../tensor/operators/elementwise.ts'
import { factoredIntraTargets, factoredPairLogits, factoredPairLoss } from './factoredPairs.ts'
import { batchSimilarity, distanceLoss, imagePairs, interTargets } from './inter.ts'
import { cooccurrenceLogits, cooccurrenceLoss, intraTargets } from './intra.ts'
import { knownLoss, weightedLoss } from './losses.ts'
import type { Recognition } from './model.ts'
import type { PseudoTargets } from './pseudoLabels.ts'

type Lookup = (name: string) => Value

/** What the default mode mends in the published recipe (METHOD 3); each can be switched off. */
export interface Repairs {
  /** 1: L_cooc leaves out pairs with an unknown member, and what transfers is R_ck / p_k. */
  maskUnknownPairs: boolean
  /** 2: A counts only images where both labels are known, with a prior for rare ones. */
  conditionalAdjacency: boolean
  /**
   * L_cooc trains the pair classifier alone. At its weight of 10 it bends the attention away from the labels: on a frozen
   * backbone the known labels' loss rises while it falls.
   */
  separatePairs: boolean
  /** 3: a label without a known positive has no neighbours in the graph; else it is 0/0, and so is all that comes of it. */
  definedMeans: boolean
  /** 4: the mean cosine is over the used slots of a bank. */
  usedSlotsOnly: boolean
  /** 5: pseudo labels are absent as well as present, and count by their scores. */
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
/** As published, but for the third: with it a label without a known positive would leave nothing of the others. */
export const noRepairs: Repairs = {
  maskUnknownPairs: false,
  conditionalAdjacency: false,
  separatePairs: false,
  definedMeans: true,
  usedSlotsOnly: false,
  pseudoBothWays: false,
}

/** What the objective needs beside the network: see `objective`. */
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
  /** The labels whose pairs are computed, as in `factoredPairLogits`, where those are factored; else all pairs are. */
  members?: Value
}

/**
 * What a batch of B images brings, as inputs of the graph: [B, C], [C, K], [C], the pairs of images, and scalars. `members` is
 * not among them.
 */
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
 * A single label has no pair of labels, a single image no pair of images: their losses are 0 (METHOD 3, repair 3).
 * @param pairs false leaves out what relates label pairs: L_cooc is 0 then, and y∪intra is y
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

/** What the objective takes of the classifier of label pairs, be it whole or factored. */
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
