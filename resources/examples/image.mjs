// npm install onnxruntime-node sharp; then: node "__EXAMPLE__" photo.jpg …
import { readFileSync } from 'node:fs'
process.env.ORT_DISABLE_TELEMETRY = '1' // before it loads: ONNX Runtime would report to its maker
const [{ default: ort }, { default: sharp }] = await Promise.all([import('onnxruntime-node'), import('sharp')])
const beside = (name) => `${import.meta.dirname}/${name}`
const { labels, input: { width, height } } = JSON.parse(readFileSync(beside("__CARD__"), 'utf8'))
const session = await ort.InferenceSession.create(beside("__MODEL__"))
// sharp reduces; what is smaller than the input is enlarged here. Centres of pixels lie at one half, and the edge goes on.
const between = (from, to) => Array.from({ length: to }, (_, i) => {
  const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5))
  return [Math.floor(at), Math.min(from - 1, Math.floor(at) + 1), at - Math.floor(at)]
})
async function pixelsOf(path) { // upright, RGB, 0 to 255, [3, height, width]; the model normalises
  const upright = sharp(path, { failOn: 'error', autoOrient: true })
  const reduced = upright.resize(width, height, { fit: 'fill', kernel: 'linear', withoutEnlargement: true })
  const raw = reduced.flatten({ background: '#fff' }).toColourspace('srgb').raw({ depth: 'uchar' })
  const { data, info } = await raw.toBuffer({ resolveWithObject: true })
  const mix = (a, b, share) => a + (b - a) * share
  const [columns, rows] = [between(info.width, width), between(info.height, height)]
  return [0, 1, 2].flatMap((channel) => {
    const at = (x, y) => data[3 * (y * info.width + x) + channel]
    const row = (y) => columns.map(([left, right, share]) => mix(at(left, y), at(right, y), share))
    return rows.flatMap(([top, bottom, share]) => {
      const [above, below] = [row(top), row(bottom)]
      return above.map((value, x) => mix(value, below[x], share))
    })
  })
}
for (const path of process.argv.slice(2)) {
  const pixels = await pixelsOf(path)
  const images = Float32Array.from(Array.from({ length: __BATCH__ }, () => pixels).flat())
  const image = new ort.Tensor('float32', images, [__BATCH__, 3, height, width])
  const { probabilities } = await session.run({ image })
  console.log(path, JSON.stringify(Object.fromEntries(labels.map(({ name }, i) => [name, probabilities.data[i]]))))
}
