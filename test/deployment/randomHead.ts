import { RandomState } from '../../src/main/base/random.ts'
import { startAtBaseline } from '../../src/main/sst/network.ts'
import { networkSizes } from '../../src/main/training/fineTune.ts'
import { adjacencyEntries } from '../../src/main/training/network/adjacency.ts'
import type { Recognizer } from '../../src/main/training/recognizer.ts'

export const folds = 3
export const labels = 4

/** A recogniser of random numbers, for features of so many channels: what is tested is how it is put together. */
export function randomRecognizer(channels: number): Recognizer {
  const random = new RandomState(3)
  const draw = (count: number, size = 1): Float32Array =>
    Float32Array.from({ length: count }, () => size * random.normal())
  const [width, words, size] = [6, 5, 7]
  const sizes = { ...networkSizes(labels), channels: width }
  const heads = (inputs: number) =>
    Array.from({ length: folds }, () => ({ weights: draw(labels * inputs), biases: draw(labels) }))
  const networks = Array.from({ length: folds }, () => {
    const parameters = startAtBaseline(sizes, random)
    for (const name of ['decoupling.score.weight', 'classifier.weight', 'classifier.bias', 'direct.weight']) {
      const { data } = parameters.get(name)!
      data.forEach((_, i) => {
        data[i] = 0.3 * random.normal()
      })
    }
    return { parameters, adjacency: draw(adjacencyEntries(sizes), 0.2).map(Math.abs), resumed: false }
  })
  return {
    preparation: {
      mean: draw(channels, 0.1),
      scale: draw(channels, 0.2).map((x) => 1 + Math.abs(x)),
      directions: draw(channels * width),
      width,
      gain: 1,
    },
    description: {
      codebook: { words: draw(words * width) },
      mean: draw(words, 0.1),
      scale: new Float32Array(words).fill(1),
      centre: draw(channels + words, 0.1),
      directions: draw((channels + words) * size),
      size,
    },
    baselines: heads(size),
    maps: heads(width),
    networks,
    sizes,
    words: draw(labels * sizes.word),
  }
}
