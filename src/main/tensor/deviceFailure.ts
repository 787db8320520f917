import { UserError } from '../base/errors.ts'
import type { Device } from './session.ts'

/** What devices are called on the screen and in sentences. */
export const deviceNames: Record<Device, string> = {
  cpu: 'the processor (CPU)',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
}

/** A device other than the CPU that can't be used, or no longer. The application drops it and goes on on another. */
export function deviceFailed(device: Device, why: string, options?: ErrorOptions): UserError {
  return new UserError(
    'device-failed',
    `${deviceNames[device]} has failed: ${why}.`,
    'Choose another device; `surmise devices` lists them.',
    options,
  )
}
