import { RandomState } from '../../base/random.ts'
import { nearestImages } from '../../suggestions/neighbours.ts'
import type { Neighbours } from '../../suggestions/vote.ts'
import type { Device } from '../../tensor/run/session.ts'
import { unitVectors } from './features.ts'

/** Neighbours are searched among this many images: a sample is enough to tell how densely populated an image's surroundings are. */
const sampleImages = 4000
const count = 20

/**
 * Each image's nearest images by cosine of the centred pooled features. In large projects they are searched in a random sample,
 * so that the time grows with N rather than N².
 * @param pooled raw, [N, D]; changed in place
 * @returns indices among the N images
 * @throws the signal's reason when cancelled
 */
export async function nearImages(
  pooled: Float32Array,
  channels: number,
  { seed, device, signal }: { seed: number; device: Device; signal?: AbortSignal },
): Promise<Neighbours> {
  const images = pooled.length / channels
  unitVectors(pooled, { mean: meanOf(pooled, channels), scale: new Float32Array(channels).fill(1) })
  if (images <= sampleImages) return nearestImages(pooled, pooled, channels, count, { device, signal })
  const drawn = new RandomState(seed).shuffle(Int32Array.from({ length: images }, (_, i) => i)).slice(0, sampleImages)
  const sample = new Float32Array(sampleImages * channels)
  drawn.forEach((row, i) => {
    sample.set(pooled.subarray(row * channels, (row + 1) * channels), i * channels)
  })
  const near = await nearestImages(pooled, sample, channels, count, { device, signal })
  return { ...near, places: near.places.map((place) => drawn[place]) }
}

function meanOf(pooled: Float32Array, channels: number): Float32Array {
  const sums = new Float64Array(channels)
  for (let at = 0; at < pooled.length; ) for (let d = 0; d < channels; d++, at++) sums[d] += pooled[at]
  return Float32Array.from(sums, (sum) => sum / (pooled.length / channels))
}
