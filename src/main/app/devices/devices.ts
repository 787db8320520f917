import { deviceNames } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import type { DeviceProbe } from '../../training/deviceProbe.ts'
import type { TrainInput } from '../../training/train.ts'

export type Device = TrainInput['device']

export interface DeviceReport {
  device: Device
  usable: boolean
  /** Why it can't be used, as a sentence. */
  reason: string | null
  /** Speed of a training step, as a multiple of the CPU's. */
  speed: number | null
  /** Whether `auto` chooses this one. */
  automatic: boolean
}

const known: readonly Device[] = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml']

/**
 * What each platform could have, in the order that `auto` tries. WebGPU comes before DirectML and Core ML: it drives the same
 * cards (through Direct3D 12 and Metal) but keeps parameters on the card between steps, where the other two copy them back and
 * forth. CUDA is first on Linux, where its libraries are installed only if somebody wants to use them; onnxruntime-node has no
 * CUDA build for Windows.
 */
const order: Partial<Record<NodeJS.Platform, readonly Device[]>> = {
  linux: ['cuda', 'webgpu', 'cpu'],
  win32: ['webgpu', 'dml', 'cpu'],
  darwin: ['webgpu', 'coreml', 'cpu'],
}

/** Tries a device in a process of its own. @throws UserError saying why it can't be used */
export type ProbeDevice = (device: Device, signal: AbortSignal) => Promise<DeviceProbe>

/** Chooses the device that work runs on. Each is probed once; the result holds until the program ends. */
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
   * The device to run work on.
   * @param wanted the name of a device, or `auto`: the platform's first that works and beats the CPU, else the CPU
   * @throws UserError `device-unknown`; `device-failed` if the named one can't be used
   */
  async choose(wanted: string): Promise<Device> {
    if (wanted !== 'auto') {
      const device = this.#named(wanted)
      if (device !== 'cpu') await this.#probed(device)
      return device
    }
    // In parallel: most usually fail, and each failure takes as long as starting a process.
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
   * @param failed the device that failed while the work was running
   */
  async why(device: Device, wanted: string, failed?: Device): Promise<string> {
    if (failed) return `${deviceNames[failed]} failed`
    if (wanted === device) return 'as chosen'
    if (wanted !== 'auto') return `${deviceNames[wanted]} can’t be used`
    if (device === 'cpu') {
      const probes = this.#accelerators().map((one) => this.#probed(one).catch(() => undefined))
      const anyWorks = (await Promise.all(probes)).some((probe) => probe !== undefined)
      return anyWorks ? 'faster than any GPU here' : 'no supported GPU'
    }
    const { secondsPerStep, cpuSecondsPerStep } = await this.#probed(device)
    return `${(cpuSecondsPerStep / secondsPerStep).toFixed(1)}× as fast as the CPU`
  }

  /** Every device the platform could have, probed. */
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

  /** Stops running probes and resolves when their processes have ended. Nothing can be probed afterwards. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#found.values())
  }

  #accelerators(): Device[] {
    return this.#candidates.filter((device) => device !== 'cpu')
  }

  /** Rules a device out until the program is restarted. */
  markFailed(device: Device, error: UserError): void {
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
    // Awaited later, perhaps: until then a rejection must not count as unhandled.
    probe.catch(() => undefined)
    this.#found.set(device, probe)
    return probe
  }
}
