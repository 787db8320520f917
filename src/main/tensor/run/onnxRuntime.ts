import { isMainThread } from 'node:worker_threads'
import { telemetryOff } from '../../base/telemetry.ts'

/*
 * ONNX Runtime, with its telemetry off. The library looks at the environment while it loads, so it is loaded here, after the
 * variable is set, and nowhere else (a test checks it). An `import` statement would not do: those run first, and bundlers
 * move them up.
 */
for (const [name, value] of Object.entries(telemetryOff)) {
  // A thread has its own copy of the environment, which native libraries don't see: the process must have set the variable.
  if (!isMainThread && process.env[name] !== value)
    throw new Error(`${name}=${value} has to be set before a thread loads ONNX Runtime`)
  process.env[name] = value
}

const { default: ort } = await import('onnxruntime-node')

export default ort
export type { InferenceSession, Tensor } from 'onnxruntime-node'
