/**
 * A request of Label Studio for predictions of uploads: photos of a camera's size, none of them in the project, fetched from a server that
 * takes its time. Label Studio gives up after 100 seconds.
 *
 *     npm run bench -- labelstudio [-- --tasks 500] [--latency 50] [--backbone FILE.onnx@384:imagenet] [--json]
 */
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import type { Application } from '../src/main/app/application.ts'
import { LabelStudioBackend } from '../src/main/app/labelStudio/labelStudio.ts'
import { startTraining } from '../src/main/app/training/training.ts'
import type { Workspace } from '../src/main/app/workspace.ts'
import { silent } from '../src/main/base/log.ts'
import { readLabelledFolder } from '../src/main/benchmark/folder.ts'
import { State } from '../src/main/domain/state.ts'
import { startApplication } from '../src/main/shell/start.ts'
import { LabelStudioServer } from '../src/main/shell/web/labelStudio.ts'

/** Label Studio's own limit, in seconds. */
const aim = 100
const shared = path.resolve(process.env.SURMISE_SHARED ?? path.join(import.meta.dirname, '../../shared'))
const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '500' },
    latency: { type: 'string', default: '50' },
    backbone: { type: 'string', default: `${path.join(shared, 'backbones/mobilenetv2-1.0.onnx')}@384:imagenet` },
    json: { type: 'boolean', default: false },
  },
})
const folder = path.join(shared, 'data/voc12-subset')
if (!existsSync(folder)) throw new Error(`The photos are not there: ${folder} (SURMISE_SHARED says where)`)
const [count, latency] = [Number(values.tasks), Number(values.latency)]
const work = mkdtempSync(path.join(tmpdir(), 'surmise-bench-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
/** Photos that the model learns from; the uploads are others. */
const learntFrom = 300

/** So many different uploads; each stands for several. */
const different = 50

/** As cameras and telephones write them: 12 megapixels, 1 to 2 MB. */
async function makeUploads(): Promise<string[]> {
  const uploads = path.join(work, 'uploads')
  mkdirSync(uploads)
  const names = readdirSync(path.join(folder, 'images')).slice(learntFrom, learntFrom + different)
  for (const name of names) {
    await sharp(path.join(folder, 'images', name))
      .resize(4000, 3000, { fit: 'outside' })
      .jpeg({ quality: 94 })
      .toFile(path.join(uploads, name))
  }
  return names.map((name) => path.join(uploads, name))
}

/** Label Studio's server, as far as it gives out uploads. */
async function serve(files: readonly string[]): Promise<{ url: string; close: () => void }> {
  const server = createServer(async ({ url }, response) => {
    await wait(latency)
    createReadStream(files[Number.parseInt(path.basename(url ?? ''), 10) % files.length]).pipe(response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

/** A project of the first photos, all of them labelled, and its model. */
async function trained(application: Application): Promise<Workspace> {
  const imagesRoot = path.join(work, 'images')
  mkdirSync(imagesRoot)
  const { images, labels, truth } = await readLabelledFolder(folder, 1)
  const chosen = images.slice(0, learntFrom)
  for (const { path: file } of chosen) copyFileSync(file, path.join(imagesRoot, path.basename(file)))
  const options = { path: path.join(work, 'p.surmise'), imagesRoot, labels, backbone: values.backbone }
  const { workspace, scan } = await application.createAndScan(options)
  await scan.done
  const { project } = workspace
  const ids = new Map(project.labels.list().map(({ name, id }) => [name, id]))
  const states = chosen.flatMap(({ path: file }, row) => {
    const imageId = project.images.byPath(path.basename(file))!.id
    return labels.map((label, column) => ({
      ...{ imageId, labelId: ids.get(label)! },
      state: truth[row * labels.length + column] === 1 ? State.present : State.absent,
    }))
  })
  project.states.set(states, { title: 'Mark' })
  await (await startTraining(workspace, { seed: 1, device: 'cpu' })).done
  return workspace
}

const files = await makeUploads()
const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / files.length / 1e6
const application = startApplication()
const studio = await serve(files)
const workspace = await trained(application)
const backend = await LabelStudioBackend.open(workspace, { url: studio.url })
const server = await LabelStudioServer.start(backend, silent, { port: 0, host: '127.0.0.1' })
const labels = workspace.project.labels.list().map(({ name }) => `<Choice value="${name}"/>`)
const request = {
  label_config: `<View><Image name="image" value="$image"/><Choices name="c" toName="image" choice="multiple">${labels.join('')}</Choices></View>`,
  tasks: Array.from({ length: count }, (_, id) => ({ id, data: { image: `/data/upload/1/${id}.jpg` } })),
}

/** Seconds. */
async function ask(): Promise<number> {
  const begun = performance.now()
  const response = await fetch(`${server.url}/predict`, { method: 'POST', body: JSON.stringify(request) })
  const { results } = (await response.json()) as { results: { error?: string }[] }
  const seconds = (performance.now() - begun) / 1000
  const failed = results.filter(({ error }) => error !== undefined)
  if (failed.length > 0) console.error(`${failed.length} of ${count} without a prediction: ${failed[0].error}`)
  return seconds
}

const seconds = [await ask(), await ask()]
const name = `${count} uploads of ${megabytes.toFixed(1)} MB, ${latency} ms away`
if (values.json) console.log(JSON.stringify({ name, count, megabytes, latency, seconds, aim }))
else {
  console.log(name)
  console.log(
    `  the first time ${seconds[0].toFixed(1).padStart(8)} s   aim ≤ ${aim} s${seconds[0] <= aim ? '' : '   MISSED'}`,
  )
  console.log(`  again          ${seconds[1].toFixed(1).padStart(8)} s`)
}
await server.close()
studio.close()
await application.shutdown()
