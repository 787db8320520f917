import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { startModelExport } from '../../src/main/app/models/modelExport.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { fitImageBlend, imageLogOdds } from '../../src/main/deployment/imageBlend.ts'
import { logistic } from '../../src/main/suggestions/logistic.ts'
import { readTrainedOn, suggesterFile } from '../../src/main/suggestions/suggesterFile.ts'
import { decodeModel } from '../../src/main/tensor/onnx/format.ts'
import { expectOnnxRules, openStrictly } from '../deployment/onnxRules.ts'
import { modelConfig, parseText, strangers, type TextMessage } from '../deployment/textProto.ts'
import { pictureProject } from './support.ts'

/** Even pictures are bright on the left. */
function markSome({ project }: Workspace, names: string[], count: number): void {
  const labels = project.labels.list()
  const changes = names.slice(0, count).flatMap((name, i) =>
    labels.map(({ id }, side) => ({
      ...{ imageId: project.images.byPath(name)!.id, labelId: id },
      state: i % 2 === side ? (1 as const) : (-1 as const),
    })),
  )
  project.states.set(changes, { title: 'Mark some' })
}

/** What the program itself says of each image by its pixels alone, by path. */
async function ownProbabilities({ project }: Workspace): Promise<Map<string, number[]>> {
  const model = project.models.current()!
  const kept = (await readTrainedOn(suggesterFile(project.cacheFolder, model.uid)))!
  const labels = kept.labelIds.length
  const z = imageLogOdds(fitImageBlend(kept.sources, kept.states, labels), kept.sources)
  return new Map(
    Array.from(kept.imageIds, (id, row) => [
      project.images.get(id)!.path,
      Array.from(z.subarray(row * labels, (row + 1) * labels), logistic),
    ]),
  )
}

test('a trained model goes out whole, and says elsewhere what it says here', async () => {
  const { workspace, folder, imagesRoot, names } = await pictureProject(24)
  const { project, context } = workspace
  const out = path.join(folder, 'out', 'left & right.onnx')
  expect(() => startModelExport(workspace, { path: out })).toThrowError(expect.objectContaining({ code: 'no-model' }))
  markSome(workspace, names, 14)
  await (await startTraining(workspace, { seed: 3 })).done

  // Bad places, before anything is done.
  for (const [request, code] of [
    [{ path: path.join(folder, 'model.bin') }, 'export-name'],
    [{ path: path.join(project.cacheFolder, 'models', 'x.onnx') }, 'export-target'],
    [{ path: out, modelId: 99 }, 'model-unknown'],
  ] as const) {
    expect(() => startModelExport(workspace, request)).toThrowError(expect.objectContaining({ code }))
  }

  const job = startModelExport(workspace, { path: out })
  const { files, bytes, card, summary } = await job.done
  expect(context.jobs.get(job.id)).toMatchObject({
    state: 'done',
    outcome: expect.stringContaining('left & right.onnx'),
  })
  expect(files.map((file) => path.basename(file))).toEqual([
    'left & right.onnx',
    'left & right.card.json',
    'left & right.card.md',
    'left & right.example.py',
    'left & right.example.mjs',
  ])
  const model = readFileSync(out)
  expect(model.length).toBe(bytes)
  expectOnnxRules(model)
  expect(card.agreement!.images).toBe(16)
  expect(card.agreement!.probabilities).toBeLessThan(1e-4)
  expect(summary.join(' ')).toContain('28 held-out labels')
  expect(JSON.parse(readFileSync(files[1], 'utf8'))).toEqual(card)
  expect(card).toMatchObject({
    labels: [{ name: 'left' }, { name: 'right' }],
    data: { images: 24, known: 28, present: 14, absent: 14, unknown: 20 },
    backbone: { name: 'surmise-tiny', licence: 'Apache-2.0', included: true },
    precision: { weights: 'float32', loss: null },
  })
  const markdown = readFileSync(files[2], 'utf8')
  for (const words of ['| left | 7 | 7 |', 'Apache', 'calibration error', 'similar images of the project']) {
    expect(markdown).toContain(words)
  }

  // Its texts, and its outputs for several images at once, in a program that knows nothing of Surmise.
  const texts = new Map(decodeModel(model).metadata_props!.map(({ key, value }) => [key, value]))
  expect(JSON.parse(texts.get('labels')!)).toEqual(['left', 'right'])
  expect(JSON.parse(texts.get('thresholds')!)).toHaveLength(2)
  expect(JSON.parse(texts.get('preprocessing')!)).toMatchObject({ width: 224, height: 224, range: [0, 255] })
  expect(decodeModel(model).producer_version).toBe(context.version)
  const session = await openStrictly(out)
  expect(session.inputMetadata.map(({ name }) => name)).toEqual(['image'])
  expect(session.outputMetadata.map(({ name }) => name)).toEqual(['probabilities', 'logits', 'attention'])
  await session.release()

  // The JavaScript example, as it lies there, with the libraries that it asks for.
  symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'))
  const some = [names[1], names[15], names[22]]
  const run = spawnSync(process.execPath, [files[4], ...some.map((name) => path.join(imagesRoot, name))], {
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  const lines = run.stdout.trim().split('\n')
  const own = await ownProbabilities(workspace)
  const isUnknown = (name: string): boolean => names.indexOf(name) >= 14
  for (const [i, name] of some.entries()) {
    const [, found] = /^.*?(\{.*\})$/.exec(lines[i])!
    const theirs = Object.values<number>(JSON.parse(found))
    if (isUnknown(name)) theirs.forEach((p, label) => void expect(p).toBeCloseTo(own.get(name)![label], 3))
  }

  // The same model, the same bytes.
  const hash = createHash('sha256').update(model).digest('hex')
  await startModelExport(workspace, { path: out, overwrite: true }).done
  expect(createHash('sha256').update(readFileSync(out)).digest('hex')).toBe(hash)

  // In fewer bits, with what that loses; and without the backbone.
  const small = path.join(folder, 'small.onnx')
  const int8 = await startModelExport(workspace, { path: small, precision: 'int8' }).done
  expectOnnxRules(readFileSync(small))
  expect(int8.bytes).toBeLessThan(bytes)
  expect(int8.card.precision).toMatchObject({ weights: 'int8', loss: { images: 14, entries: 28 } })
  expect(int8.card.precision.loss!.largestDifference).toBeGreaterThan(0)
  expect(int8.card.precision.loss!.largestDifference).toBeLessThan(0.2)
  expect(int8.summary.join(' ')).toContain('mean average precision changes from')
  const alone = path.join(folder, 'alone.onnx')
  const head = await startModelExport(workspace, { path: alone, withBackbone: false, precision: 'float16' }).done
  expectOnnxRules(readFileSync(alone))
  expect(head.card.agreement!.probabilities).toBeLessThan(1e-4)
  expect(head.card).toMatchObject({ input: null, features: { pooled: ['images', expect.any(Number)] } })

  // For Triton and KServe, beside another model.
  const repository = path.join(folder, 'repository')
  const triton = await startModelExport(workspace, { path: repository, layout: 'triton' }).done
  expectTriton(triton.files, ['left', 'right'])

  // Photos that are gone: it goes out all the same, and says what was not compared.
  rmSync(imagesRoot, { recursive: true })
  const unseen = await startModelExport(workspace, { path: out, precision: 'float16', overwrite: true }).done
  expect([unseen.card.agreement, unseen.card.precision.loss]).toEqual([null, null])
  expect(unseen.summary.join(' ')).toContain('couldn’t be measured')

  // A label that was renamed goes by its new name.
  project.labels.update(1, { name: 'Links – „links“ <b>' })
  const renamed = await startModelExport(workspace, { path: out, overwrite: true }).done
  expect(renamed.card.labels[0].name).toBe('Links – „links“ <b>')
  expect(readFileSync(renamed.files[2], 'utf8')).toContain('\\<b\\>')

  // Files that are lost are a sentence.
  const models = path.join(project.cacheFolder, 'models')
  for (const name of readdirSync(models)) if (name.includes('suggester')) rmSync(path.join(models, name))
  await expect(startModelExport(workspace, { path: out, overwrite: true }).done).rejects.toMatchObject({
    code: 'model-unusable',
  })
})

function expectTriton(files: readonly string[], labels: string[]): void {
  const folder = path.dirname(files[1])
  expect(files.map((file) => path.relative(folder, file))).toEqual([
    path.join('1', 'model.onnx'),
    ...['config.pbtxt', 'labels.txt', 'card.json', 'card.md'],
  ])
  expect(files.every((file) => existsSync(file))).toBe(true)
  const config = parseText(readFileSync(path.join(folder, 'config.pbtxt'), 'utf8'))
  expect(strangers(config, modelConfig)).toEqual([])
  expect(config.name).toEqual([path.basename(folder)])
  expect(config.platform).toEqual(['onnxruntime_onnx'])
  const [batching] = config.dynamic_batching as TextMessage[]
  const most = Number(config.max_batch_size[0])
  expect(batching.preferred_batch_size.every((size) => Number(size) <= most)).toBe(true)
  expect(readFileSync(path.join(folder, 'labels.txt'), 'utf8').trimEnd().split('\n')).toEqual(labels)

  // What it says of inputs and outputs is what the model has, but for the batch.
  const { graph } = decodeModel(readFileSync(files[0]))
  const shapes = (list: typeof graph.input) =>
    list.map(({ name, type }) => [name, type!.tensor_type.shape!.dim.slice(1).map((dim) => Number(dim.dim_value))])
  const said = (list: TextMessage[]) => list.map(({ name, dims }) => [name[0], dims])
  expect(said(config.input as TextMessage[])).toEqual(shapes(graph.input))
  expect(said(config.output as TextMessage[])).toEqual(shapes(graph.output))
  const [first] = config.output as TextMessage[]
  expect([first.name, first.label_filename]).toEqual([['probabilities'], ['labels.txt']])
}
