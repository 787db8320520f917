import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { drawSample } from '../../src/main/images/sample/draw.ts'
import { paint } from '../../src/main/images/sample/paint.ts'
import { randomScene, sampleLabels } from '../../src/main/images/sample/scene.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folder(): string {
  folders.push(mkdtempSync(path.join(tmpdir(), 'surmise-sample-')))
  return folders.at(-1)!
}

test('the same seed draws the same pictures, another one others', async () => {
  const [one, two, other] = [folder(), folder(), folder()]
  await drawSample({ folder: one, count: 6 })
  await drawSample({ folder: two, count: 6 })
  await drawSample({ folder: other, count: 6, seed: 2 })
  const names = readdirSync(path.join(one, 'images'))
  expect(names).toHaveLength(6)
  const bytes = (of: string) => names.map((name) => readFileSync(path.join(of, 'images', name)))
  expect(bytes(two)).toEqual(bytes(one))
  expect(bytes(other)).not.toEqual(bytes(one))
  expect(await sharp(bytes(one)[0]).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 480 })
  expect(readFileSync(path.join(one, 'labels.txt'), 'utf8').trim().split('\n')).toEqual([...sampleLabels])
  expect(readFileSync(path.join(one, 'truth.tsv'), 'utf8').trim().split('\n')).toHaveLength(7)
})

test('what goes together in the world goes together in the scenes; every label is there and not there', () => {
  const random = new RandomState(1)
  const scenes = Array.from({ length: 300 }, () => {
    const scene = randomScene(random)
    paint(scene, random)
    return scene.labels
  })
  const share = (label: (typeof sampleLabels)[number], among = scenes) =>
    among.filter((labels) => labels.has(label)).length / among.length
  for (const label of sampleLabels) {
    expect(share(label), label).toBeGreaterThan(0.06)
    expect(share(label), label).toBeLessThan(0.7)
  }
  for (const [one, other] of [
    ['boat', 'sea'],
    ['beach', 'sea'],
    ['fir', 'snow'],
    ['car', 'road'],
    ['stars', 'moon'],
  ] as const) {
    expect(
      share(
        other,
        scenes.filter((labels) => labels.has(one)),
      ),
      `${other} given ${one}`,
    ).toBeGreaterThan(1.5 * share(other))
  }
})

test('of each label some are known on either side, and what is known is true', async () => {
  const target = folder()
  const { known } = await drawSample({ folder: target, count: 120 })
  const truth = new Map(
    readFileSync(path.join(target, 'truth.tsv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [image, labels] = line.split('\t')
        return [image, labels.split(' ')]
      }),
  )
  for (const { image, label, state } of known) expect(truth.get(image)!.includes(label)).toBe(state === 1)
  for (const label of sampleLabels) {
    for (const state of [1, -1]) {
      const count = known.filter((one) => one.label === label && one.state === state).length
      expect(count, `${label} ${state}`).toBeGreaterThanOrEqual(state === 1 ? 5 : 8)
    }
  }
})

test('cancelled, it stops', async () => {
  const abort = new AbortController()
  const drawing = drawSample({ folder: folder(), count: 500 }, { signal: abort.signal, progress: () => abort.abort() })
  await expect(drawing).rejects.toThrow()
})
