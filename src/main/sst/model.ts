import { add, mul } from '../tensor/elementwise.ts'
import type { Value } from '../tensor/graph.ts'
import { classify } from './classifier.ts'
import { semanticDecoupling } from './decoupling.ts'
import { batchSimilarity, distanceLoss, interTargets } from './inter.ts'
import { cooccurrenceLogits, cooccurrenceLoss, intraTargets } from './intra.ts'
import { labelGraph } from './labelGraph.ts'
import { knownLoss } from './losses.ts'

type Lookup = (name: string) => Value

export interface Recognition {
  /** f, [B, C, D] */
  features: Value
  /** α, [B, C, L] */
  attention: Value
  /** s, [B, C] */
  logits: Value
}

/**
 * The network of METHOD 1 up to its logits.
 * @param x feature map, [B, L, D]
 * @param words label vectors, [C, W]
 * @param adjacency A, [C, C]
 */
export function recognize(x: Value, words: Value, adjacency: Value, steps: number, parameter: Lookup): Recognition {
  const { features, attention } = semanticDecoupling(x, words, parameter)
  const state = labelGraph(features, adjacency, steps, parameter)
  return { features, attention, logits: classify(state, features, parameter) }
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
  cooccurrenceLogits: Value
  intraTargets: Value
  interTargets: Value
}

/**
 * L = cls(s,y) + [epoch ≥ 5]( cls(s, y∪intra) + cls(s, y∪inter) ) + 10 ρ L_cooc + 0.05 ρ L_dist (METHOD 1).
 */
export function objective(result: Recognition, inputs: ObjectiveInputs, parameter: Lookup): Objective {
  const pairs = cooccurrenceLogits(result.features, parameter)
  const intra = intraTargets(pairs, inputs.target, inputs.intraThreshold)
  const batch = batchSimilarity(result.features)
  const inter = interTargets(batch, inputs.bankSum, inputs.bankCount, inputs.target, inputs.interThreshold)
  const known = knownLoss(result.logits, inputs.target)
  const intraPseudo = knownLoss(result.logits, intra.targets)
  const interPseudo = knownLoss(result.logits, inter.targets)
  const cooccurrence = mul(cooccurrenceLoss(pairs, inputs.target), 10)
  const distance = mul(distanceLoss(batch.similarity, inputs.target, inputs.pairOrder), 0.05)
  const pseudo = mul(inputs.transfer, add(intraPseudo, interPseudo))
  const total = add(add(known, pseudo), mul(inputs.rise, add(cooccurrence, distance)))
  return {
    total,
    known,
    intraPseudo,
    interPseudo,
    cooccurrence,
    distance,
    cooccurrenceLogits: pairs,
    intraTargets: intra.targets,
    interTargets: inter.targets,
  }
}
