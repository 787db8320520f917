import { deviceFailed, deviceNames } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import type { AppContext } from '../context.ts'
import type { Device } from './devices.ts'

/**
 * Runs work on the wanted device. If that device is unusable, crashes the compute process, loses its context or returns NaN, it
 * is ruled out, a notice says so, and the work continues on the next one.
 * @param wanted `auto` or the name of a device
 * @param run `failed` is the device that failed during this work, if one did
 * @throws UserError `device-unknown`; whatever else the work throws
 */
export async function onDevice<Result>(
  { devices, events }: Pick<AppContext, 'devices' | 'events'>,
  wanted: string,
  run: (device: Device, failed: Device | undefined) => Promise<Result>,
): Promise<Result & { device: Device }> {
  const fallBack = async (error: UserError): Promise<Device> => {
    const next = await devices.choose('auto')
    events.notice('warning', `${error.message} Surmise continues on ${deviceNames[next]}.`)
    return next
  }
  let failed: Device | undefined
  let device = await devices.choose(wanted).catch((error) => {
    if (isFailure(error)) return fallBack(error)
    throw error
  })
  for (;;) {
    try {
      return { ...(await run(device, failed)), device }
    } catch (error) {
      if (device === 'cpu' || !isFailure(error)) throw error
      const failure = error.code === 'compute-crashed' ? deviceFailed(device, 'it crashed the compute process') : error
      devices.markFailed(device, failure)
      failed = device
      device = await fallBack(failure)
    }
  }
}

function isFailure(error: unknown): error is UserError {
  return error instanceof UserError && (error.code === 'compute-crashed' || error.code === 'device-failed')
}
