import { deviceFailed } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import type { Device } from '../../tensor/run/session.ts'

/** What training has come to can't be used: on an accelerator that is the device's doing, until the processor says the same. */
export function notFinite(device: Device): UserError {
  if (device !== 'cpu') return deviceFailed(device, 'its numbers are no longer finite')
  return new UserError(
    'not-finite',
    'Training produced numbers that aren’t finite.',
    'Train again with another seed; if that doesn’t help, use another backbone.',
  )
}
