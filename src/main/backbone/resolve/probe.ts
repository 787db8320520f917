import type { ImportedModel } from '../../tensor/onnx/import.ts'
import type { FixedTensor } from '../../tensor/onnx/rebuild.ts'
import { type ElementArray, Session, type Tensor, tensorOf } from '../../tensor/run/session.ts'
import { type BackboneInput, inputShape } from '../backbone.ts'
import { Preprocessor } from '../pixels/preprocess.ts'

/** Outputs probed per run; early ones are large. */
const outputsAtOnce = 24

/** Runs the model on grey images to inspect its inner values. */
export class Probe {
  readonly #model: ImportedModel
  readonly #input: BackboneInput
  readonly #wanted: readonly string[]

  /** @param wanted values that depend on the image */
  constructor(model: ImportedModel, input: BackboneInput, wanted: readonly string[]) {
    this.#model = model
    this.#input = input
    this.#wanted = wanted
  }

  get anyBatch(): boolean {
    return this.#input.batch === null
  }

  get fixedBatch(): number {
    return this.#input.batch ?? 1
  }

  /** Shapes of floating-point values. @param images batch size, if the model leaves it open */
  async shapesOf(names: readonly string[], images: number): Promise<Map<string, readonly number[]>> {
    const shapes = new Map<string, readonly number[]>()
    for (let first = 0; first < names.length; first += outputsAtOnce) {
      const some = names.slice(first, first + outputsAtOnce)
      const results = await this.#run(this.#model.part(some), some, images)
      for (const name of some) {
        const { type, dims } = results[name]
        if (type === 'float32' || type === 'float16') shapes.set(name, [...dims])
      }
    }
    return shapes
  }

  /** Values that are the same for every image, however they are computed. Other types are left out. */
  async fixedOf(names: readonly string[]): Promise<Map<string, FixedTensor>> {
    const copies = names.map((name, i) => [`fixed ${i}`, name] as const)
    const fixed = new Map<string, FixedTensor>()
    if (copies.length === 0) return fixed
    // Includes an output that depends on the image, because a model without inputs can't be run.
    const [image] = this.#wanted
    const outputs = copies.map(([name]) => name)
    const results = await this.#run(this.#model.part([image], copies), outputs, 1)
    for (const [copy, name] of copies) {
      const data = numbersOf(results[copy])
      if (data) fixed.set(name, { shape: [...results[copy].dims], data })
    }
    return fixed
  }

  async #run(bytes: Uint8Array, outputs: readonly string[], images: number): Promise<Record<string, Tensor>> {
    const input = this.#input
    const count = input.batch ?? images
    const values = new Preprocessor(input).allocate(count)
    if (input.type === 'uint8') values.fill(127)
    const session = await Session.open(bytes, { threads: 0 })
    try {
      return await session.run({ [input.name]: tensorOf(input.type, values, inputShape(input, count)) }, outputs)
    } finally {
      await session.close()
    }
  }
}

function numbersOf({ type, data }: Tensor): Float32Array | BigInt64Array | undefined {
  const values = data as ElementArray | Uint16Array
  switch (type) {
    case 'float32':
      return Float32Array.from(values as Float32Array)
    case 'float16':
      // ONNX Runtime returns either raw bits or numbers.
      return Float32Array.from(new Float16Array(values.buffer as ArrayBuffer, values.byteOffset, values.length))
    case 'float64':
      return Float32Array.from(values as Float64Array)
    case 'int64':
      return BigInt64Array.from(values as BigInt64Array)
    case 'int32':
      return BigInt64Array.from(values as Int32Array, BigInt)
    default:
      return undefined
  }
}
