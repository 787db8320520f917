// npm install onnxruntime-node; then: node "__EXAMPLE__" grid.f32 pooled.f32
// Each file: features of one image, float32, little endian; in the order of the card.
import { readFileSync } from 'node:fs'
process.env.ORT_DISABLE_TELEMETRY = '1' // before it loads: ONNX Runtime would report to its maker
const { default: ort } = await import('onnxruntime-node')
const beside = (name) => `${import.meta.dirname}/${name}`
const { labels, features } = JSON.parse(readFileSync(beside("__CARD__"), 'utf8'))
const session = await ort.InferenceSession.create(beside("__MODEL__"))
const feeds = Object.entries(features).map(([name, [, ...shape]], i) => {
  const bytes = Uint8Array.from(readFileSync(process.argv[2 + i]))
  return [name, new ort.Tensor('float32', new Float32Array(bytes.buffer), [1, ...shape])]
})
const { probabilities } = await session.run(Object.fromEntries(feeds))
console.log(JSON.stringify(Object.fromEntries(labels.map(({ name }, i) => [name, probabilities.data[i]]))))
