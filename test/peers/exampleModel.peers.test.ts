import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { peersPython } from '../../scripts/peers.ts'
import { startModelExport } from '../../src/main/app/models/modelExport.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { recognisePicture } from '../../src/main/deployment/recognise.ts'
import { pictureProject } from '../app/support.ts'
import { sharedPath } from '../shared.ts'

const formats = peersPython('formats')
const torch = peersPython('torch')
const photos = sharedPath('data/voc12-subset/images')
const noPhotos = existsSync(photos) ? undefined : 'needs the shared photos'

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

/** Below it, what a program says is what Surmise says. */
const enough = 1e-3

describe.skipIf(noPhotos)(
  `an exported model says what the program says${noPhotos ? ` (skipped: ${noPhotos})` : ''}`,
  () => {
    // For all of the tests: `temporaryFolder` would be gone after the first.
    const folder = mkdtempSync(path.join(tmpdir(), 'surmise-peers-'))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    const places: string[] = []
    /** By image, by label. */
    const own: number[][] = []
    let example: { python: string; script: string }

    beforeAll(async () => {
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
      const { files } = await startModelExport(workspace, { path: path.join(folder, 'm.onnx') }).done

      const some = readdirSync(photos).slice(0, 36)
      for (const [i, photo] of some.entries()) {
        const [name, made] = variants[i % variants.length]
        places.push(path.join(folder, `${i}-${name}`))
        await made(sharp(path.join(photos, photo))).toFile(places[i])
      }
      const { uid: modelUid, file } = project.models.current()!
      const { cacheFolder } = project
      for (const place of places) {
        const input = { cacheFolder, modelUid, modelFile: file!, bytes: readFileSync(place) }
        own.push([...(await recognisePicture(input)).probabilities])
      }
      // They print what reaches the threshold: here, everything.
      const python = readFileSync(files[3], 'utf8')
        .replace(' if p >= least', '')
        .replace('round(float(p), 4)', 'float(p)')
      example = { python, script: files[4] }
      symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'))
    }, 300_000)

    /** Image by image, the probabilities that a line of its output ends with. */
    function sameAs(program: string, args: readonly string[]): void {
      const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' })
      expect([status, status === 0 ? '' : stderr]).toEqual([0, ''])
      const theirs = stdout
        .trim()
        .split('\n')
        .map((line) => Object.values(JSON.parse(line.slice(line.indexOf('{')).replaceAll("'", '"')) as object))
      const differences = theirs.map((of, i) => Math.max(...of.map((p, label) => Math.abs(p - own[i][label]))))
      const worst = differences.map((difference, i) => [path.basename(places[i]), difference] as const)
      expect(worst).toHaveLength(places.length)
      expect(worst.filter(([, difference]) => !(difference < enough))).toEqual([])
    }

    /** Python's example, changed in one place or another. */
    function written(name: string, ...changes: readonly (readonly [what: string, to: string])[]): string {
      let text = example.python
      for (const [what, to] of changes) {
        expect(text).toContain(what)
        text = text.replace(what, () => to)
      }
      const script = path.join(folder, name)
      writeFileSync(script, text)
      return script
    }

    const title = (program: string, missing: string | undefined) =>
      `${program}${missing ? ` (skipped: ${missing})` : ''}`

    test('the example in JavaScript', () => {
      sameAs(process.execPath, [example.script, ...places])
    })

    test.skipIf(formats.missing)(title('the example in Python', formats.missing), () => {
      sameAs(formats.python!, [written('all.py'), ...places])
    })

    test.skipIf(formats.missing)(title('OpenVINO', formats.missing), () => {
      // In 32 bits, which it leaves by itself on processors that are faster in 16.
      const compiled = `__import__('openvino').compile_model(str(pathlib.Path(__file__).with_name("m.onnx")), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})`
      const script = written(
        'all-openvino.py',
        ['def in_srgb', `compiled = ${compiled}\ndef in_srgb`],
        ['session.run(["probabilities"], {"image": images})[0][0]', 'compiled({"image": images})["probabilities"][0]'],
      )
      sameAs(formats.python!, [script, ...places])
    })

    const neither = formats.missing ?? torch.missing
    test.skipIf(neither)(title('PyTorch, by onnx2torch', neither), () => {
      // The example reads the photos; PyTorch is elsewhere.
      const script = written('pixels.py', [
        '    probabilities =',
        '    np.save(path + ".npy", images); probabilities =',
      ])
      sameAs(formats.python!, [script, ...places])
      const inputs = places.map((place) => `${place}.npy`)
      const model = path.join(folder, 'm.onnx')
      sameAs(torch.python!, [path.join(import.meta.dirname, 'run_torch.py'), model, ...inputs])
    })
  },
)
