import type { Logger } from '../base/log.ts'
import type { ComputeProcess } from '../compute/client.ts'
import type { Devices } from './devices/devices.ts'
import type { Speeds } from './devices/speeds.ts'
import type { Events } from './events.ts'
import type { Jobs } from './jobs.ts'
import type { AllowedImages } from './project/allowedImages.ts'
import type { OutsideWrites } from './project/outsideWrites.ts'
import type { tasks } from './tasks.ts'

export type Compute = ComputeProcess<typeof tasks>

/** Everything that lives as long as the application, whichever project is open. */
export interface AppContext {
  readonly version: string
  readonly compute: Compute
  readonly devices: Devices
  readonly events: Events
  readonly jobs: Jobs
  readonly log: Logger
  /** The user's folder for recent projects, preferences and downloaded backbones. */
  readonly configFolder: string
  /** Measured speeds of backbones on this machine. */
  readonly speeds: Speeds
  /** Files being written outside of projects. */
  readonly writes: OutsideWrites
  /** Which projects may read images from where. */
  readonly allowedImages: AllowedImages
}
