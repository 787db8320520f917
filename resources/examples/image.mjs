// npm install onnxruntime-node sharp; then: node "__EXAMPLE__" photo.jpg …
import { readFileSync } from 'node:fs'
process.env.ORT_DISABLE_TELEMETRY = '1' // before it loads: ONNX Runtime would report to its maker
const [{ default: ort }, { default: sharp }] = await Promise.all([import('onnxruntime-node'), import('sharp')])
const beside = (name) => `${import.meta.dirname}/${name}`
const { labels, input: { width, height } } = JSON.parse(readFileSync(beside("__CARD__"), 'utf8'))
const session = await ort.InferenceSession.create(beside("__MODEL__"))
for (const path of process.argv.slice(2)) {
  const upright = sharp(path).autoOrient().resize(width, height, { fit: 'fill', kernel: 'linear' })
  const bytes = await upright.flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer()
  const channelOf = (i) => Math.floor((i % bytes.length) / (width * height))
  const pixelOf = (_, i) => bytes[3 * (i % (width * height)) + channelOf(i)]
  const pixels = Float32Array.from({ length: __BATCH__ * bytes.length }, pixelOf)
  const image = new ort.Tensor('float32', pixels, [__BATCH__, 3, height, width])
  const { probabilities } = await session.run({ image })
  console.log(path, JSON.stringify(Object.fromEntries(labels.map(({ name }, i) => [name, probabilities.data[i]]))))
}
