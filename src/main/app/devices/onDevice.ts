import { deviceFailed, deviceNames } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import type { AppContext } from '../context.ts'
import type { Device } from './devices.ts'

/**
 * Runs work on the device that was asked for. Should that one be unusable, bring the compute process down, lose its context or
 * give numbers that are none, it is dropped, people are told, and the work goes on on the next.
 * @param wanted `auto` or the name of a device
 * @param run gets the device that failed in the middle of this very work, if one did
 * @throws UserError `device-unknown`; what the work throws for any other reason
 */
export async function onDevice<Result>(
  { devices, events }: Pick<AppContext, 'devices' | 'events'>,
  wanted: string,
  run: (device: Device, failed: Device | undefined) => Promise<Result>,
): Promise<Result & { device: Device }> {
  const goOn = async (error: UserError): Promise<Device> => {
    const next = await devices.choose('auto')
    events.notice('warning', `${error.message} Surmise continues on ${deviceNames[next]}.`)
    return next
  }
  let failed: Device | undefined
  let device = await devices.choose(wanted).catch((error) => {
    if (isFailure(error)) return goOn(error)
    throw error
  })
  for (;;) {
    try {
      return { ...(await run(device, failed)), device }
    } catch (error) {
      if (device === 'cpu' || !isFailure(error)) throw error
      const failure = error.code === 'compute-crashed' ? deviceFailed(device, 'it crashed the compute process') : error
      devices.hasFailed(device, failure)
      failed = device
      device = await goOn(failure)
    }
  }
}

function isFailure(error: unknown): error is UserError {
  return error instanceof UserError && (error.code === 'compute-crashed' || error.code === 'device-failed')
}
