import { setTimeout as wait } from 'node:timers/promises'
import { deviceFailed } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import { type ComputeOptions, ComputeProcess } from '../../compute/client.ts'
import type { DeviceProbe } from '../../training/deviceProbe.ts'
import type { tasks } from '../tasks.ts'
import type { Device } from './devices.ts'

export interface ProbeOptions {
  /** Ends the process before it has answered, and waits for its end. */
  signal?: AbortSignal
  /** Milliseconds. @default 20 000 */
  within?: number
}

/** Milliseconds. A probe takes a second or two, the first one with a driver that compiles for its card some more. */
const answerWithin = 20_000

/**
 * Tries a device in a compute process that is thrown away: a missing library aborts it, a broken driver hangs it, and neither
 * costs the one that works.
 * @throws UserError `device-failed` with the reason why the device can't be used; `compute-stopped` by the signal
 */
export async function probeApart(
  options: ComputeOptions,
  device: Device,
  { signal, within = answerWithin }: ProbeOptions = {},
): Promise<DeviceProbe> {
  const apart = new ComputeProcess<typeof tasks>({ ...options, stopWithin: 200 })
  const stop = () => void apart.stop()
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  const answered = new AbortController()
  const silence = wait(within, undefined, { signal: answered.signal }).then(() => {
    throw deviceFailed(device, `it didn’t respond within ${(within / 1000).toFixed()} s`)
  })
  try {
    return await Promise.race([apart.run('probeDevice', { device }), silence])
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'compute-crashed') throw error
    throw deviceFailed(device, `it crashed the process that tried it (${error.message.replace(/^.*?: |\.$/g, '')})`)
  } finally {
    silence.catch(() => undefined)
    answered.abort()
    await apart.stop()
    signal?.removeEventListener('abort', stop)
  }
}
