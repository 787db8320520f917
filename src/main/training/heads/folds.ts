import { RandomState } from '../../base/random.ts'
import { State } from '../../domain/state.ts'

/** The fold of an unknown entry. */
export const noFold = 255

/**
 * Deals the known entries into folds, so that each can be scored by a model that wasn't trained on it. The positives of each
 * label, and its negatives, are spread as evenly as possible.
 * @param states y, row-major N×C: 1, -1, 0
 * @returns the fold of each entry, N×C; `noFold` where the label is unknown
 */
export function dealFolds(states: Int8Array, labels: number, folds: number, seed: number): Uint8Array {
  const random = new RandomState(seed)
  const fold = new Uint8Array(states.length).fill(noFold)
  for (let label = 0; label < labels; label++) {
    for (const state of [State.present, State.absent]) {
      const entries: number[] = []
      for (let i = label; i < states.length; i += labels) if (states[i] === state) entries.push(i)
      // A random first fold: otherwise fold 0 would get the only positive of every rare label.
      const start = random.integer(folds)
      random.shuffle(entries).forEach((entry, k) => {
        fold[entry] = (start + k) % folds
      })
    }
  }
  return fold
}
