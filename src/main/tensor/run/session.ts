import { deviceFailed } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import { requireSafeModel } from '../onnx/guard.ts'
import ort, { type InferenceSession, type Tensor as OrtTensor } from './onnxRuntime.ts'
import { providersFor } from './providers.ts'

/** ONNX Runtime's version. */
export const runtimeVersion = (): string => ort.env.versions.node ?? ort.env.versions.common

export type Device = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml'

export type ElementType = 'float32' | 'float64' | 'float16' | 'int64' | 'int32' | 'bool' | 'uint8'
export type ElementArray = Float32Array | Float64Array | Float16Array | BigInt64Array | Int32Array | Uint8Array

/** A tensor in main memory or on the device; row-major. */
export type Tensor = OrtTensor

export interface SessionOptions {
  device?: Device
  /** Threads of one operator; 0 lets ONNX Runtime use every core. */
  threads?: number
  /** Outputs that stay on the device between runs (WebGPU); they can't be read, only fed again. */
  outputsOnDevice?: string[]
}

export interface ValueInfo {
  name: string
  type: string
  /** Numbers, or names of dimensions that are known only at run time. */
  shape: (number | string)[]
}

export function tensorOf(type: ElementType, data: ElementArray, shape: readonly number[]): Tensor {
  const tensor = new ort.Tensor(type as 'float32', data as Float32Array, shape)
  if (data instanceof Float16Array) {
    // onnxruntime-node 1.30 takes float16 only as the bits in a Uint16Array, while its Tensor insists on a Float16Array.
    const bits = new Uint16Array(data.buffer, data.byteOffset, data.length)
    Object.defineProperty(tensor, 'cpuData', { value: bits })
  }
  return tensor
}

/**
 * Two simultaneous runs on WebGPU abort the process, so in this process every run waits for the one before.
 * (On the CPU one run already uses every core.)
 */
let lastRun: Promise<unknown> = Promise.resolve()

function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const mine = lastRun.then(run, run)
  lastRun = mine.catch(() => undefined)
  return mine
}

/** Whether this build of ONNX Runtime supports the device; its libraries and drivers may still be missing. */
export function isBuiltIn(device: Device): boolean {
  return ort.listSupportedBackends().some(({ name }) => name === device)
}

/** An ONNX model, loaded on a device. */
export class Session {
  readonly inputs: ValueInfo[]
  readonly outputs: ValueInfo[]
  readonly device: Device
  readonly #session: InferenceSession

  private constructor(session: InferenceSession, device: Device) {
    this.#session = session
    this.device = device
    this.inputs = session.inputMetadata.map(valueInfo)
    this.outputs = session.outputMetadata.map(valueInfo)
  }

  /**
   * @param model the path of an ONNX file, or its bytes
   * @throws UserError `model-unreadable` if ONNX Runtime can't load it, `device-failed` if it can't on this device, with its own
   *   message in ours; for a file also `model-not-onnx`, `model-unsafe`, and errors of the file system
   */
  static async open(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const device = options.device ?? 'cpu'
    if (typeof model === 'string') await requireSafeModel(model)
    const settings: InferenceSession.SessionOptions = {
      executionProviders: providersFor(device, model),
      graphOptimizationLevel: 'all',
      intraOpNumThreads: options.threads ?? 0,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // 3: errors only. Warnings (a node that falls back to the CPU) would be printed to the standard error.
      logSeverityLevel: 3,
      preferredOutputLocation: Object.fromEntries((options.outputsOnDevice ?? []).map((name) => [name, 'gpu-buffer'])),
    }
    try {
      const session =
        typeof model === 'string'
          ? await ort.InferenceSession.create(model, settings)
          : await ort.InferenceSession.create(model, settings)
      return new Session(session, device)
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      if (device !== 'cpu') throw deviceFailed(device, words, { cause: error })
      throw new UserError(
        'model-unreadable',
        `ONNX Runtime can’t load ${typeof model === 'string' ? model : 'this model'}: ${words}`,
        'Choose another ONNX file.',
        { cause: error },
      )
    }
  }

  /**
   * Runs the model once.
   * @param fetches the outputs wanted: names, or preallocated tensors to write into (no allocation per run)
   * @throws UserError `device-failed` if a device other than the CPU fails: its context is lost, or its memory full
   */
  run(
    feeds: Record<string, Tensor>,
    fetches?: readonly string[] | Record<string, Tensor | null>,
  ): Promise<Record<string, Tensor>> {
    return this.#inTurn(async () => {
      const results = await (fetches ? this.#session.run(feeds, fetches) : this.#session.run(feeds))
      return results as Record<string, Tensor>
    })
  }

  /** @throws UserError `device-failed` as `run` does */
  async close(): Promise<void> {
    await this.#inTurn(() => this.#session.release())
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return inTurn(work).catch((error) => {
      if (this.device === 'cpu') throw error
      throw deviceFailed(this.device, error instanceof Error ? error.message : String(error), { cause: error })
    })
  }
}

function valueInfo(metadata: InferenceSession.ValueMetadata): ValueInfo {
  if (!metadata.isTensor) return { name: metadata.name, type: 'not a tensor', shape: [] }
  return { name: metadata.name, type: metadata.type, shape: [...metadata.shape] }
}
