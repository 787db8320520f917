import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import { peersPython } from '../../scripts/peers.ts'
import { startModelExport } from '../../src/main/app/models/modelExport.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { recognisePicture } from '../../src/main/deployment/recognise.ts'
import { pictureProject, temporaryFolder } from '../app/support.ts'
import { sharedPath } from '../shared.ts'

const peer = peersPython('formats')
const photos = sharedPath('data/voc12-subset/images')
const missing = peer.missing ?? (existsSync(photos) ? undefined : 'needs the shared photos')

type Variant = [name: string, made: (photo: Sharp) => Sharp]

/** Sizes above and below the input, turned, grey, see-through: what preprocessing is done differently for. */
const variants: Variant[] = [
  ['plain.jpg', (photo) => photo.jpeg()],
  ['small.jpg', (photo) => photo.resize(100, 75, { fit: 'fill' }).jpeg()],
  ['almost.png', (photo) => photo.resize(223, 224, { fit: 'fill' }).png()],
  ['narrow.jpg', (photo) => photo.resize(150, 300, { fit: 'fill' }).jpeg()],
  ['wide.png', (photo) => photo.resize(333, 127, { fit: 'fill' }).png()],
  ['tiny.png', (photo) => photo.resize(31, 17, { fit: 'fill' }).png()],
  ['large.jpg', (photo) => photo.resize(2000, 1500, { fit: 'fill' }).jpeg()],
  ['turned.jpg', (photo) => photo.withMetadata({ orientation: 6 }).jpeg()],
  ['mirrored.jpg', (photo) => photo.resize(99, 301, { fit: 'fill' }).withMetadata({ orientation: 5 }).jpeg()],
  ['grey.jpg', (photo) => photo.greyscale().jpeg()],
  ['clear.png', (photo) => photo.ensureAlpha(0.4).png()],
  ['palette.png', (photo) => photo.png({ palette: true, colours: 64 })],
]

test.skipIf(missing !== undefined)(
  `the examples beside a model say what the program says, of photos of all kinds (${missing ?? 'Python and JavaScript'})`,
  async () => {
    const { workspace, names } = await pictureProject(24)
    const { project } = workspace
    const states = names.slice(0, 14).flatMap((name, i) =>
      [1, 2].map((labelId, side) => ({
        ...{ imageId: project.images.byPath(name)!.id, labelId },
        state: i % 2 === side ? (1 as const) : (-1 as const),
      })),
    )
    project.states.set(states, { title: 'Mark' })
    await (await startTraining(workspace, { seed: 1, device: 'cpu' })).done
    const folder = temporaryFolder()
    const { files } = await startModelExport(workspace, { path: path.join(folder, 'm.onnx') }).done

    const some = readdirSync(photos).slice(0, 36)
    const places: string[] = []
    for (const [i, photo] of some.entries()) {
      const [name, made] = variants[i % variants.length]
      places.push(path.join(folder, `${i}-${name}`))
      await made(sharp(path.join(photos, photo))).toFile(places[i])
    }
    const { uid: modelUid, file } = project.models.current()!
    const { cacheFolder } = project
    const own: number[][] = []
    for (const place of places) {
      const input = { cacheFolder, modelUid, modelFile: file!, bytes: readFileSync(place) }
      own.push([...(await recognisePicture(input)).probabilities])
    }

    // It prints what reaches the threshold: here, everything.
    const python = readFileSync(files[3], 'utf8')
      .replace(' if p >= least', '')
      .replace('round(float(p), 4)', 'float(p)')
    const script = path.join(folder, 'all.py')
    writeFileSync(script, python)
    // The same, run by OpenVINO; in 32 bits, which it leaves by itself on processors that are faster in 16.
    const openvino = path.join(folder, 'all-openvino.py')
    const compiled = `__import__('openvino').compile_model(str(pathlib.Path(__file__).with_name("m.onnx")), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})`
    writeFileSync(
      openvino,
      python
        .replace('def in_srgb', `compiled = ${compiled}\ndef in_srgb`)
        .replace(
          'session.run(["probabilities"], {"image": images})[0][0]',
          'compiled({"image": images})["probabilities"][0]',
        ),
    )
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'))
    for (const [program, args] of [
      [peer.missing === undefined ? peer.python : '', [script, ...places]],
      [peer.missing === undefined ? peer.python : '', [openvino, ...places]],
      [process.execPath, [files[4], ...places]],
    ] as const) {
      const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' })
      expect([status, status === 0 ? '' : stderr]).toEqual([0, ''])
      const theirs = stdout
        .trim()
        .split('\n')
        .map((line) => Object.values(JSON.parse(line.slice(line.indexOf('{')).replaceAll("'", '"')) as object))
      const differences = theirs.map((of, i) => Math.max(...of.map((p, label) => Math.abs(p - own[i][label]))))
      const worst = differences.map((difference, i) => [path.basename(places[i]), difference] as const)
      expect(worst.filter(([, difference]) => !(difference < 1e-3))).toEqual([])
    }
  },
  300_000,
)
