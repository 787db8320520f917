import type { Channels } from '../backbone.ts'

/** How pixel values become a model's input: (value / 255 - mean) / std, per channel. */
export interface Normalisation {
  mean: Channels
  std: Channels
}

const same = (value: number): Channels => [value, value, value]

/** Common normalisations, by the name that follows a file: `model.onnx:imagenet`. */
export const normalisations = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  half: { mean: same(0.5), std: same(0.5) },
  unit: { mean: same(0), std: same(1) },
  bytes: { mean: same(0), std: same(1 / 255) },
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
} as const satisfies Record<string, { mean: readonly number[]; std: readonly number[] }>

export type NormalisationName = keyof typeof normalisations

export const normalisationNames = Object.keys(normalisations) as NormalisationName[]

/** The numbers of a named normalisation, as new arrays. */
export function normalisationOf(name: NormalisationName): Normalisation {
  const { mean, std } = normalisations[name]
  return { mean: [...mean], std: [...std] }
}
