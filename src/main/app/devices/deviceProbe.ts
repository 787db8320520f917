import { setTimeout as wait } from 'node:timers/promises'
import { deviceFailed } from '../../base/deviceFailure.ts'
import { UserError } from '../../base/errors.ts'
import { type ComputeOptions, ComputeProcess } from '../../compute/client.ts'
import type { DeviceProbe } from '../../training/deviceProbe.ts'
import type { tasks } from '../tasks.ts'
import type { Device } from './devices.ts'

export interface ProbeOptions {
  /** Stops the probe and waits until its process has ended. */
  signal?: AbortSignal
  /** Milliseconds. @default 20 000 */
  within?: number
}

/** Milliseconds. A probe takes a second or two, and longer the first time a driver compiles for its card. */
const answerWithin = 20_000

/**
 * Tries a device in a throwaway compute process: a missing library may abort it and a broken driver may hang it, without
 * harming the real one.
 * @throws UserError `device-failed` with the reason; `compute-stopped` if the signal aborts
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
  const timeout = wait(within, undefined, { signal: answered.signal }).then(() => {
    throw deviceFailed(device, `it didn’t respond within ${(within / 1000).toFixed()} s`)
  })
  try {
    return await Promise.race([apart.run('probeDevice', { device }), timeout])
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'compute-crashed') throw error
    throw deviceFailed(device, `it crashed the process that tried it (${error.message.replace(/^.*?: |\.$/g, '')})`)
  } finally {
    timeout.catch(() => undefined)
    answered.abort()
    await apart.stop()
    signal?.removeEventListener('abort', stop)
  }
}
