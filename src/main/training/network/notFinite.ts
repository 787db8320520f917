import { deviceFailed } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import type { Device } from '../../tensor/run/session.ts'

/** The error for NaN or infinite results: on an accelerator the device is blamed, so that the run is repeated on the CPU. */
export function notFinite(device: Device): UserError {
  if (device !== 'cpu') return deviceFailed(device, 'its numbers are no longer finite')
  return new UserError(
    'not-finite',
    'Training produced numbers that aren’t finite.',
    'Train again with another seed; if that doesn’t help, use another backbone.',
  )
}
