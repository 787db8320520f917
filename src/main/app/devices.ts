import { UserError } from '../base/errors.ts'
import type { TrainInput } from '../training/train.ts'

export type Device = TrainInput['device']

const known: readonly Device[] = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml']

/** Which device work runs on. One that has crashed the compute process is not used again until the program is restarted. */
export class Devices {
  readonly #failed = new Set<Device>()

  /**
   * @param wanted `auto` or the name of a device. `auto` is the processor: it is there on every machine, and the heads that a
   *   click trains are small.
   * @throws UserError `device-unknown`
   */
  choose(wanted: string): Device {
    if (wanted === 'auto') return 'cpu'
    const device = known.find((name) => name === wanted)
    if (!device) {
      throw new UserError(
        'device-unknown',
        `There is no device called “${wanted}”.`,
        `Choose one of: auto, ${known.join(', ')}.`,
      )
    }
    return this.#failed.has(device) ? 'cpu' : device
  }

  hasFailed(device: Device): void {
    this.#failed.add(device)
  }
}
