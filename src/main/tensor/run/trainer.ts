import { type StateTensor, stepScalars } from '../gradients/optimizer.ts'
import { elements, Graph } from '../graph/graph.ts'
import { onnxModel } from '../onnx/model.ts'
import { stopGradient } from '../operators/elementwise.ts'
import { type Device, Session, type Tensor, tensorOf } from './session.ts'

/** What a trainer needs to resume later. */
export interface TrainerState {
  steps: number
  /** Parameters and moments, by name. */
  tensors: Map<string, Float32Array>
}

/**
 * Runs a training graph step by step: the parameters and moments that a step outputs are the inputs of the next. On the CPU two
 * sets of tensors are swapped, so that a step allocates nothing; on WebGPU they never leave the device.
 */
export class Trainer {
  readonly #session: Session
  readonly #graph: Graph
  readonly #state: readonly StateTensor[]
  readonly #device: Device
  readonly #scalars = new Map<string, Tensor>()
  #current: Record<string, Tensor> = {}
  #spare: Record<string, Tensor> = {}
  #reader: Session | undefined
  #steps = 0

  private constructor(session: Session, graph: Graph, state: readonly StateTensor[], device: Device) {
    this.#session = session
    this.#graph = graph
    this.#state = state
    this.#device = device
    for (const { name, next, shape, initial } of state) {
      this.#current[name] = tensorOf('float32', initial.slice(), shape)
      if (device === 'cpu') this.#spare[next] = tensorOf('float32', new Float32Array(initial.length), shape)
    }
  }

  /** @param state from `adam` for this graph */
  static async open(
    graph: Graph,
    state: readonly StateTensor[],
    device: Device = 'cpu',
    threads?: number,
  ): Promise<Trainer> {
    const outputsOnDevice = device === 'webgpu' ? state.map(({ next }) => next) : []
    const session = await Session.open(onnxModel(graph), { device, threads, outputsOnDevice })
    return new Trainer(session, graph, state, device)
  }

  get steps(): number {
    return this.#steps
  }

  /**
   * One training step.
   * @param feeds the batch
   * @returns the graph's other outputs, such as losses, of this step
   */
  async step(feeds: Record<string, Tensor>, learningRate: number): Promise<Record<string, Float32Array>> {
    this.#steps++
    const all: Record<string, Tensor> = { ...feeds, ...this.#current }
    for (const [name, value] of Object.entries(stepScalars(this.#steps, learningRate)))
      all[name] = this.#scalar(name, value)
    // The model lacks inputs that no output needs.
    const wanted = Object.fromEntries(this.#session.inputs.map(({ name }) => [name, all[name]]))
    const results = await this.#session.run(wanted, this.#fetches())
    const fresh: Record<string, Tensor> = {}
    const unused: Record<string, Tensor> = {}
    for (const { name, next } of this.#state) {
      unused[next] = this.#current[name]
      fresh[name] = results[next]
    }
    if (this.#device === 'cpu') this.#spare = unused
    else disposeOnDevice(unused)
    this.#current = fresh
    return Object.fromEntries(
      this.#reports().map((name) => [name, Float32Array.from(results[name].data as Float32Array)]),
    )
  }

  /** The current parameters, by name. */
  async parameters(): Promise<Map<string, Float32Array>> {
    return this.#read(this.#graph.parameters.map((parameter) => parameter.name))
  }

  /** The current parameters and moments, as copies. */
  async state(): Promise<TrainerState> {
    return { steps: this.#steps, tensors: await this.#read(this.#state.map(({ name }) => name)) }
  }

  /** Restores what `state` returned for a graph with the same parameters; to be called before the first step. */
  restore({ steps, tensors }: TrainerState): void {
    for (const { name, shape } of this.#state) {
      const values = tensors.get(name)
      if (values?.length !== elements(shape)) throw new Error(`${name} is not what this graph trains`)
      this.#current[name] = tensorOf('float32', values.slice(), shape)
    }
    this.#steps = steps
  }

  async close(): Promise<void> {
    disposeOnDevice(this.#current)
    await this.#reader?.close()
    await this.#session.close()
  }

  #reports(): string[] {
    const rounds = new Set(this.#state.map(({ next }) => next))
    return [...this.#graph.outputs.keys()].filter((name) => !rounds.has(name))
  }

  #fetches(): Record<string, Tensor | null> {
    const fetches: Record<string, Tensor | null> = {}
    for (const name of this.#graph.outputs.keys()) fetches[name] = this.#spare[name] ?? null
    return fetches
  }

  #scalar(name: string, value: number): Tensor {
    const known = this.#scalars.get(name)
    if (known) {
      ;(known.data as Float32Array)[0] = value
      return known
    }
    const tensor = tensorOf('float32', Float32Array.of(value), [])
    this.#scalars.set(name, tensor)
    return tensor
  }

  async #read(names: readonly string[]): Promise<Map<string, Float32Array>> {
    const tensors = names.some((name) => this.#current[name].location !== 'cpu')
      ? await this.#readBack(names)
      : this.#current
    return new Map(names.map((name) => [name, Float32Array.from(tensors[name].data as Float32Array)]))
  }

  /** Reading a tensor's data from the device aborts the process, so a graph with outputs on the CPU copies it. */
  async #readBack(names: readonly string[]): Promise<Record<string, Tensor>> {
    this.#reader ??= await this.#openReader()
    const copies = await this.#reader.run(
      this.#current,
      names.map((name) => `copy:${name}`),
    )
    return Object.fromEntries(names.map((name) => [name, copies[`copy:${name}`]]))
  }

  #openReader(): Promise<Session> {
    const graph = new Graph()
    for (const { name, shape } of this.#state) {
      // An entry of zero size can't be copied by an operator.
      if (elements(shape) === 0) throw new Error(`${name} is empty`)
      graph.output(`copy:${name}`, stopGradient(graph.input(name, 'float32', shape)))
    }
    return Session.open(onnxModel(graph), { device: this.#device })
  }
}

function disposeOnDevice(tensors: Record<string, Tensor>): void {
  for (const tensor of Object.values(tensors)) if (tensor.location !== 'cpu') tensor.dispose()
}
