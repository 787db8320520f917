import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { RandomState } from '../../base/random.ts'
import { type Known, State } from '../../domain/state.ts'
import type { Job } from '../job.ts'
import { sampleLayout } from './layout.ts'
import { paint } from './paint.ts'
import { randomScene, type SampleLabel, type Scene, sampleLabels } from './scene.ts'

export interface SampleInput {
  /** Absolute; images/, labels.txt and truth.tsv are written there. */
  folder: string
  /** @default 300 */
  count?: number
  /** @default 1 */
  seed?: number
}

export interface SampleProgress {
  done: number
  total: number
}

export interface SampleResult {
  count: number
  /** Relative to the folder. */
  images: string
  labels: string
  truth: string
  /** The labels that a project starts with. */
  known: { image: string; label: SampleLabel; state: Known }[]
}

/** Each label is known in this share of randomly chosen images, so that probabilities can be calibrated … */
const knownShare = 0.15
/** … and in at least this many images where it is present, and as many where it is absent. */
const minKnown = 8

/**
 * Draws scenes; the same seed gives the same pictures. The true labels go to truth.tsv (image, labels), which is used only for
 * measuring; the project doesn't know it.
 */
export async function drawSample(
  { folder, count = 300, seed = 1 }: SampleInput,
  { signal, progress }: Job<SampleProgress> = {},
): Promise<SampleResult> {
  const result = { count, ...sampleLayout }
  await mkdir(path.join(folder, result.images), { recursive: true })
  const random = new RandomState(seed)
  const names: string[] = []
  const scenes: Scene[] = []
  for (let done = 0; done < count; done++) {
    signal?.throwIfAborted()
    const scene = randomScene(random)
    const name = `${String(done + 1).padStart(3, '0')}.jpg`
    const svg = paint(scene, random)
    await sharp(Buffer.from(svg))
      .jpeg({ quality: 88 })
      .toFile(path.join(folder, result.images, name))
    scenes.push(scene)
    names.push(name)
    if (done % 10 === 9 || done + 1 === count) progress?.({ done: done + 1, total: count })
  }
  const lines = scenes.map(({ labels }, i) => `${names[i]}\t${[...labels].join(' ')}\n`)
  await writeFile(path.join(folder, result.truth), `image\tlabels\n${lines.join('')}`)
  await writeFile(path.join(folder, result.labels), `${sampleLabels.join('\n')}\n`)
  return { ...result, known: someKnown(scenes, names, random) }
}

function someKnown(scenes: readonly Scene[], names: readonly string[], random: RandomState): SampleResult['known'] {
  return sampleLabels.flatMap((label) => {
    const order = [...random.shuffle(Int32Array.from(scenes.keys()))]
    const isPresent = (scene: number): boolean => scenes[scene].labels.has(label)
    const chosen = new Set(order.slice(0, Math.round(knownShare * scenes.length)))
    for (const side of [true, false]) {
      for (const scene of order.filter((one) => isPresent(one) === side).slice(0, minKnown)) chosen.add(scene)
    }
    return [...chosen].map(
      (scene) => ({ image: names[scene], label, state: isPresent(scene) ? State.present : State.absent }) as const,
    )
  })
}
