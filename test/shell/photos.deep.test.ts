import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { RandomState } from '../../src/main/base/random.ts'
import { fitImageBlend, imageLogOdds } from '../../src/main/deployment/imageBlend.ts'
import { logistic } from '../../src/main/suggestions/logistic.ts'
import { readTrainedOn } from '../../src/main/suggestions/suggesterFile.ts'
import { calibrationError } from '../../src/main/training/measure/metrics.ts'
import { temporaryFolder } from '../app/support.ts'
import { expectCocoRules } from '../exchange/cocoRules.ts'
import { describeWithShared, sharedPath } from '../shared.ts'
import { surmise } from './cliProcess.ts'

const photos = 200
const hidden = 0.4

describeWithShared('200 photos through the command line', ['data/voc12-subset'], () => {
  test('labels in, killed twice on the way, suggestions and COCO out: nothing lost', async () => {
    const folder = temporaryFolder()
    const { truth, known, labels } = prepare(folder)
    const project = path.join(folder, 'p.surmise')
    const call = async (...args: string[]) => {
      const ended = await surmise([...args, '--json'])
      expect([args[0], ended.code, ended.errors]).toEqual([args[0], 0, expect.any(String)])
      return ended.json
    }

    const made = await call(
      'new',
      project,
      '--images',
      path.join(folder, 'images'),
      '--labels',
      path.join(folder, 'labels.txt'),
    )
    expect(made).toMatchObject({ images: { ok: photos, broken: 0 } })
    expect(await call('import', project, path.join(folder, 'known.csv'))).toMatchObject({
      changed: known.size,
      labelsAdded: 0,
    })

    // Killed while it embeds: what is in the cache is whole, and the rest follows.
    const cut = await surmise(['embed', project], { onErrors: killWhen(() => hasFeatures(`${project}-cache`)) })
    expect(cut.signal).toBe('SIGKILL')
    const embedded = await call('embed', project)
    expect(Number(embedded.embedded) + Number(embedded.alreadyThere)).toBe(photos)
    expect(embedded.failed).toEqual([])

    // A copy that nothing happens to.
    const copy = path.join(folder, 'copy.surmise')
    cpSync(project, copy)
    cpSync(`${project}-cache`, `${copy}-cache`, { recursive: true })
    await call('train', copy, '--seed', '1')

    // Killed while it trains: no model, and no mark less; it goes on where it was, to the same model, byte for byte.
    const stopped = await surmise(['train', project, '--seed', '1'], {
      onErrors: killWhen(() => networksBegun(`${project}-cache`) > 1),
    })
    expect(stopped.signal).toBe('SIGKILL')
    expect(await call('status', project)).toMatchObject({ model: null, images: { total: photos } })
    expect(networksBegun(`${project}-cache`)).toBeGreaterThan(1)
    const { model, resumed } = (await call('train', project, '--seed', '1')) as {
      model: { labels: unknown[]; usable: boolean }
      resumed: boolean
    }
    expect(resumed).toBe(true)
    expect(model).toMatchObject({ current: true, usable: true, seed: 1 })
    expect(await call('models', project)).toMatchObject({ models: [{ current: true, usable: true, seed: 1 }] })
    expect(modelFiles(`${project}-cache`)).toEqual(modelFiles(`${copy}-cache`))
    expect(existsSync(path.join(`${project}-cache`, 'checkpoints'))).toBe(false)
    expect(model.labels.length).toBeGreaterThan(5)

    // Suggestions are for what is unknown, and better than guessing.
    const csv = path.join(folder, 'suggestions.csv')
    const { suggestions } = await call('suggest', project, '--out', csv)
    const [header, ...lines] = readFileSync(csv, 'utf8').trim().split('\n')
    expect([header, lines.length]).toEqual(['image,label,probability,suggestion', suggestions])
    let [right, confident] = [0, 0]
    for (const line of lines) {
      const [image, label, probability, suggestion] = line.split(',')
      expect(known.has(`${image} ${label}`)).toBe(false)
      expect(suggestion).toBe(Number(probability) >= 0.5 ? 'present' : 'absent')
      if (Math.max(Number(probability), 1 - Number(probability)) < 0.9) continue
      confident++
      if ((suggestion === 'present') === truth.has(`${image} ${label}`)) right++
    }
    expect(confident).toBeGreaterThan(100)
    expect(right / confident).toBeGreaterThan(0.85)

    // The recogniser as a file: an independent program gets the program's own numbers from photos, to be believed on what was hidden.
    const exported = path.join(folder, 'exported.onnx')
    const answer = (await call('export-model', project, exported)) as {
      files: string[]
      agreement: { images: number; probabilities: number }
    }
    expect(answer.agreement.images).toBe(16)
    expect(answer.agreement.probabilities).toBeLessThan(1e-4)
    const images = await largePhotos(path.join(folder, 'images'), 80)
    const said = runExample(answer.files.at(-1)!, path.join(folder, 'images'), images)
    const own = await probabilitiesByPixels(project)
    const unseen = [...own].filter(([pair]) => !known.has(pair))
    const told = unseen.flatMap(([pair, p]) => {
      const [image, label] = pair.split(' ')
      const theirs = said.get(image)?.[label]
      return theirs === undefined ? [] : [Math.abs(theirs - p)]
    })
    expect(told.length).toBeGreaterThan(250)
    expect(Math.max(...told)).toBeLessThan(1e-4)
    // Believed: no further from what is so than chance takes probabilities that are right.
    const probabilities = unseen.map(([, p]) => p)
    const random = new RandomState(1)
    const draws = Array.from({ length: 50 }, () =>
      calibrationError(
        probabilities,
        probabilities.map((p) => (random.random() < p ? 1 : -1)),
      ),
    )
    const error = calibrationError(
      probabilities,
      unseen.map(([pair]) => (truth.has(pair) ? 1 : -1)),
    )
    expect(error).toBeLessThan(draws.reduce((a, b) => a + b) / draws.length + 0.015)

    // What to ask next is unknown, and not what is suggested confidently, but for the audit slice.
    const { questions } = (await call('next', project, '--count', '40')) as {
      questions: { image: string; label: string; probability: number; why: string }[]
    }
    expect(questions.length).toBe(40)
    expect(questions.some(({ image, label }) => known.has(`${image} ${label}`))).toBe(false)
    const isConfident = questions.map(({ probability }) => Math.max(probability, 1 - probability) >= 0.9)
    expect(isConfident.filter(Boolean).length).toBe(questions.filter(({ why }) => why === 'audit').length)
    expect(questions.filter(({ image, label }) => truth.has(`${image} ${label}`)).length).toBeGreaterThan(8)

    // The file, read with nothing of ours: every known state, and no unknown one.
    const out = path.join(folder, 'out.json')
    await call('export', project, out, '--format', 'coco')
    const coco = expectCocoRules(readFileSync(out, 'utf8'))
    expect(coco.categories.map(({ name }) => name)).toEqual(labels)
    expect(coco.images).toHaveLength(photos)
    const names = new Map(coco.categories.map(({ id, name }) => [id, name]))
    const files = new Map(coco.images.map(({ id, file_name }) => [id, file_name]))
    const states = new Map<string, 'present' | 'absent'>()
    for (const { image_id, category_id } of coco.annotations)
      states.set(`${files.get(image_id)} ${names.get(category_id)}`, 'present')
    for (const { file_name, neg_category_ids } of coco.images) {
      for (const id of neg_category_ids) states.set(`${file_name} ${names.get(id)}`, 'absent')
    }
    expect(states).toEqual(known)
  })
})

/** Photos that are reduced for the backbone: enlarging small ones is the example's own affair, and differs a little. */
async function largePhotos(folder: string, count: number): Promise<string[]> {
  const sizes = await Promise.all(
    readdirSync(folder).map(async (name) => ({ name, ...(await sharp(path.join(folder, name)).metadata()) })),
  )
  const large = sizes.filter(({ width, height }) => Math.min(width, height) >= 224)
  return large.map(({ name }) => name).slice(0, count)
}

/** Runs the JavaScript example of an exported model as it lies there. @returns probabilities by image and label */
function runExample(example: string, folder: string, images: string[]): Map<string, Record<string, number>> {
  const modules = path.join(path.dirname(example), 'node_modules')
  if (!existsSync(modules)) symlinkSync(path.resolve('node_modules'), modules)
  const run = spawnSync(process.execPath, [example, ...images], { cwd: folder, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  const lines = run.stdout.trim().split('\n')
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), JSON.parse(line.slice(line.indexOf(' ')))]))
}

/** What the program itself says of every photo by the pixels alone, as training left it. */
async function probabilitiesByPixels(project: string): Promise<Map<string, number>> {
  const folder = path.join(`${project}-cache`, 'models')
  const suggester = readdirSync(folder).find((name) => name.endsWith('.suggester.safetensors'))!
  const kept = (await readTrainedOn(path.join(folder, suggester)))!
  const labels = kept.labelIds.length
  const z = imageLogOdds(fitImageBlend(kept.sources, kept.states, labels), kept.sources)
  const { labels: names } = JSON.parse(readFileSync(path.join(path.dirname(project), 'exported.card.json'), 'utf8'))
  const found = new Map<string, number>()
  const hash = (image: string): string =>
    createHash('sha256')
      .update(readFileSync(path.join(path.dirname(project), 'images', image)))
      .digest('hex')
  for (const image of readdirSync(path.join(path.dirname(project), 'images'))) {
    const row = kept.keys.indexOf(hash(image))
    for (let label = 0; label < labels; label++) {
      found.set(`${image} ${names[label].name}`, logistic(z[row * labels + label]))
    }
  }
  return found
}

/** Copies photos, and writes what is known of them: a share of the truth is hidden. */
function prepare(folder: string) {
  const source = sharedPath('data/voc12-subset')
  const rows = readFileSync(path.join(source, 'labels.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1, photos + 1)
    .map((line) => line.split('\t'))
  const labels = [...new Set(rows.flatMap(([, , names]) => names.split(' ')))].sort()
  mkdirSync(path.join(folder, 'images'))
  const truth = new Set<string>()
  const known = new Map<string, 'present' | 'absent'>()
  const lines = ['image,label,value']
  let lot = 1
  for (const [image, , names] of rows) {
    cpSync(path.join(source, 'images', image), path.join(folder, 'images', image))
    const present = new Set(names.split(' '))
    for (const label of labels) {
      if (present.has(label)) truth.add(`${image} ${label}`)
      lot = (lot * 1103515245 + 12345) % 2 ** 31
      if (lot / 2 ** 31 < hidden) continue
      const value = present.has(label) ? 'present' : 'absent'
      known.set(`${image} ${label}`, value)
      lines.push(`${image},${label},${value}`)
    }
  }
  writeFileSync(path.join(folder, 'known.csv'), `${lines.join('\n')}\n`)
  writeFileSync(path.join(folder, 'labels.txt'), `${labels.join('\n')}\n`)
  return { truth, known, labels }
}

/** Looks again every few milliseconds once the program has begun to speak; then SIGKILL. */
function killWhen(when: (errors: string) => boolean) {
  let timer: NodeJS.Timeout | undefined
  let errors = ''
  return (text: string, kill: (signal: NodeJS.Signals) => void) => {
    errors = text
    timer ??= setInterval(() => {
      if (!when(errors)) return
      clearInterval(timer)
      kill('SIGKILL')
    }, 5)
    timer.unref()
  }
}

/** Networks of a run that are done or under way, and kept. */
function networksBegun(cacheFolder: string): number {
  const folder = path.join(cacheFolder, 'checkpoints')
  if (!existsSync(folder)) return 0
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /network-\d+\.checkpoint$/.test(name)).length
}

/** What is in the files of the one model, by the end of their names. */
function modelFiles(cacheFolder: string): Record<string, string> {
  const folder = path.join(cacheFolder, 'models')
  return Object.fromEntries(
    readdirSync(folder).map((name) => [
      path.extname(name),
      createHash('sha256')
        .update(readFileSync(path.join(folder, name)))
        .digest('hex'),
    ]),
  )
}

/** Some records have been written. */
function hasFeatures(cacheFolder: string): boolean {
  const folder = path.join(cacheFolder, 'features')
  if (!existsSync(folder)) return false
  const files = readdirSync(folder).map((backbone) => path.join(folder, backbone, 'records'))
  return files.some((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 50_000)
}
