import type { Repairs } from '../sst/objective.ts'

export const withoutRepair = {
  maskUnknownPairs: '1: unknown pairs masked',
  conditionalAdjacency: '2: conditional adjacency',
  definedMeans: '3: means over nothing are 0',
  usedSlotsOnly: '4: used bank slots only',
  pseudoBothWays: '5: pseudo labels both ways',
  separatePairs: 'pairs trained apart',
} as const satisfies Record<keyof Repairs, string>

const withoutOther = {
  heldOutChoice: '6: chosen on held-out labels',
  classes: 'the backbone’s classes',
  linear: 'the linear baseline',
  map: 'label maps',
  sst: 'SST',
  vote: 'vote of similar images',
  names: 'names of the labels',
  conditional: 'the image’s other labels',
} as const

export type AblationName = 'nothing' | keyof typeof withoutRepair | keyof typeof withoutOther

/** What each ablation leaves out. The numbers refer to METHOD 3. */
export const ablationTexts: Record<AblationName, string> = {
  nothing: 'nothing',
  ...withoutRepair,
  ...withoutOther,
}
