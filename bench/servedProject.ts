/** What the benches that drive the pages begin with: a large project, served by a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { RandomState } from '../src/main/base/random.ts'
import { ensureThumbnail } from '../src/main/images/thumbnails.ts'
import { startApplication } from '../src/main/shell/start.ts'
import { scoresFile, writeScores } from '../src/main/suggestions/scores.ts'
import { makeBigProject, type Picture } from '../test/project/bigProject.ts'

export const size = { images: 100_000, labels: 80, known: 0.5 }

/** Photos have detail everywhere: noise over a gradient is as costly to decode. */
async function drawPictures(folder: string, count: number): Promise<Picture[]> {
  mkdirSync(folder, { recursive: true })
  const random = new RandomState(3)
  const pictures: Picture[] = []
  for (let i = 0; i < count; i++) {
    const [width, height] = i % 4 === 3 ? [480, 640] : [640, 480]
    const [hue, other] = [random.integer(360), random.integer(360)]
    const scene = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g">
      <stop offset="0" stop-color="hsl(${hue} 60% 40%)"/><stop offset="1" stop-color="hsl(${other} 60% 70%)"/></linearGradient></defs>
      <rect width="100%" height="100%" fill="url(#g)"/>${Array.from({ length: 60 }, () => {
        const [x, y, r] = [random.integer(width), random.integer(height), 5 + random.integer(60)]
        return `<circle cx="${x}" cy="${y}" r="${r}" fill="hsl(${random.integer(360)} 50% 50%)" opacity="0.6"/>`
      }).join('')}</svg>`
    const noise = { width, height, channels: 3 as const, noise: { type: 'gaussian' as const, mean: 128, sigma: 18 } }
    const grain = await sharp({ create: { ...noise, background: 'grey' } })
      .png()
      .toBuffer()
    const file = path.join(folder, `${i}.jpg`)
    await sharp(Buffer.from(scene))
      .composite([{ input: grain, blend: 'soft-light' }])
      .jpeg({ quality: 88 })
      .toFile(file)
    const bytes = readFileSync(file)
    pictures.push({ file, width, height, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  return pictures
}

/** 100,000 images × 80 labels, half known, with a model's scores for all of them, as a scan and a training leave it. @returns its file */
export async function makeProject(folder: string): Promise<string> {
  const pictures = await drawPictures(path.join(folder, 'pictures'), 48)
  const file = makeBigProject(folder, { ...size, pictures })
  const application = startApplication()
  const { project } = await application.open(file)
  for (const picture of pictures) await ensureThumbnail(picture.file, picture.sha256, project.cacheFolder)
  const labelIds = project.labels.list().map(({ id }) => id)
  const model = project.models.add(
    { kind: 'blend', backbone: 'bench', seed: 0, device: 'cpu', metrics: {}, labelIds, file: null },
    { current: true },
  )
  const random = new RandomState(1)
  // As models are: sure of most pairs of some images, and of none of others.
  const isClear = Uint8Array.from({ length: size.images }, () => random.integer(2))
  const probability = (at: number): number =>
    isClear[at % size.images] ? random.random() ** 4 : 0.15 + 0.7 * random.random()
  await writeScores(scoresFile(project.cacheFolder, model.uid), {
    imageIds: project.images.ids({}, { by: 'added' }),
    labelIds: Int32Array.from(labelIds),
    probabilities: Float32Array.from({ length: size.images * size.labels }, (_, at) => probability(at)),
  })
  await application.shutdown()
  return file
}

/** The application in a process of its own, as people start it. */
export async function startServing(
  file: string,
): Promise<{ url: string; child: ChildProcess; stop: () => Promise<void> }> {
  const cli = path.join(import.meta.dirname, '../src/main/shell/cli.ts')
  const child = spawn(process.execPath, [cli, 'serve', file, '--no-open'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`surmise serve ended with ${code}`)))
    child.stdout.once('data', (text) => resolve(String(text).trim()))
  })
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await ended
  }
  return { url, child, stop }
}
