import { deviceNames } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import type { DeviceProbe } from '../../training/deviceProbe.ts'
import type { TrainInput } from '../../training/train.ts'

export type Device = TrainInput['device']

export interface DeviceReport {
  device: Device
  usable: boolean
  /** Why it can't be used: a sentence. */
  reason: string | null
  /** How many times as fast as the CPU a training step is. */
  speed: number | null
  /** What `auto` takes. */
  automatic: boolean
}

const known: readonly Device[] = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml']

/**
 * What each platform could have, in the order that `auto` tries. WebGPU keeps parameters on the graphics card from step to step,
 * where DirectML and Core ML carry them to and fro, and drives the same cards through Direct3D 12 and Metal: it is before them.
 * CUDA is first on Linux: its libraries are there only where somebody wants it used. onnxruntime-node has none for Windows.
 */
const order: Partial<Record<NodeJS.Platform, readonly Device[]>> = {
  linux: ['cuda', 'webgpu', 'cpu'],
  win32: ['webgpu', 'dml', 'cpu'],
  darwin: ['webgpu', 'coreml', 'cpu'],
}

/** Tries a device in a process of its own, until the signal. @throws UserError that says why it can't be used */
export type ProbeDevice = (device: Device, signal: AbortSignal) => Promise<DeviceProbe>

/** Which device work runs on. What is found out about one holds until the program ends. */
export class Devices {
  readonly #probe: ProbeDevice
  readonly #candidates: readonly Device[]
  readonly #found = new Map<Device, Promise<DeviceProbe>>()
  readonly #closing = new AbortController()

  constructor(probe: ProbeDevice, platform: NodeJS.Platform = process.platform) {
    this.#probe = probe
    this.#candidates = order[platform] ?? ['cpu']
  }

  /** @throws UserError `device-unknown` */
  check(wanted: string): void {
    if (wanted !== 'auto') this.#named(wanted)
  }

  /**
   * The device that work can run on now.
   * @param wanted `auto`, the first of the platform's that works and is faster than the CPU; or the name of a device
   * @throws UserError `device-unknown`; `device-failed` if the one that was named can't be used
   */
  async choose(wanted: string): Promise<Device> {
    if (wanted !== 'auto') {
      const device = this.#named(wanted)
      if (device !== 'cpu') await this.#probed(device)
      return device
    }
    // All at once: most often most of them fail, each in the time that it takes to start a process.
    const probes = this.#accelerators().map((device) => ({ device, probed: this.#probed(device) }))
    for (const { device, probed } of probes) {
      const probe = await probed.catch(() => undefined)
      if (probe && probe.secondsPerStep < probe.cpuSecondsPerStep) return device
    }
    return 'cpu'
  }

  /**
   * Why work runs on this device, in a few words.
   * @param wanted as for `choose`
   * @param failed the device that failed in the middle of the work
   */
  async why(device: Device, wanted: string, failed?: Device): Promise<string> {
    if (failed) return `${deviceNames[failed]} failed`
    if (wanted === device) return 'as chosen'
    if (wanted !== 'auto') return `${deviceNames[wanted]} can’t be used`
    if (device === 'cpu') {
      const probes = this.#accelerators().map((one) => this.#probed(one).catch(() => undefined))
      const isThereAnother = (await Promise.all(probes)).some((probe) => probe !== undefined)
      return isThereAnother ? 'faster than any GPU here' : 'no supported GPU'
    }
    const { secondsPerStep, cpuSecondsPerStep } = await this.#probed(device)
    return `${(cpuSecondsPerStep / secondsPerStep).toFixed(1)}× as fast as the CPU`
  }

  /** All that the platform could have, each tried. */
  async list(): Promise<DeviceReport[]> {
    const automatic = await this.choose('auto')
    const reports = this.#accelerators().map(async (device): Promise<DeviceReport> => {
      const report = { device, automatic: device === automatic }
      try {
        const { secondsPerStep, cpuSecondsPerStep } = await this.#probed(device)
        return { ...report, usable: true, speed: cpuSecondsPerStep / secondsPerStep, reason: null }
      } catch (error) {
        return { ...report, usable: false, speed: null, reason: error instanceof Error ? error.message : String(error) }
      }
    })
    const cpu: DeviceReport = { device: 'cpu', usable: true, reason: null, speed: 1, automatic: automatic === 'cpu' }
    return [...(await Promise.all(reports)), cpu]
  }

  /** Ends what is being tried, and resolves when all its processes have ended. Nothing can be tried after it. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#found.values())
  }

  #accelerators(): Device[] {
    return this.#candidates.filter((device) => device !== 'cpu')
  }

  /** It is not used again until the program is restarted. */
  hasFailed(device: Device, error: UserError): void {
    const failed = Promise.reject(error)
    failed.catch(() => undefined)
    this.#found.set(device, failed)
  }

  #named(name: string): Device {
    const device = known.find((one) => one === name)
    if (device) return device
    throw new UserError(
      'device-unknown',
      `There is no device called “${name}”.`,
      `Choose one of: auto, ${known.join(', ')}.`,
    )
  }

  #probed(device: Device): Promise<DeviceProbe> {
    const found = this.#found.get(device)
    if (found) return found
    const probe = this.#probe(device, this.#closing.signal)
    // Whoever asks is told; until then nobody may be listening.
    probe.catch(() => undefined)
    this.#found.set(device, probe)
    return probe
  }
}
