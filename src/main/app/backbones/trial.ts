import { stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Backbone } from '../../backbone/backbone.ts'
import { type Trial, tryApart } from '../../backbone/resolve/trial.ts'
import { UserError } from '../../base/errors.ts'
import { ComputeProcess } from '../../compute/client.ts'
import { memoryExceeded } from '../../compute/watchdog.ts'
import type { tasks } from '../tasks.ts'

/** Set in the environment of a trial process, so that it doesn't start another. */
const mark = 'SURMISE_TRIAL'

/** Called by the compute process at its start, so that unknown models first run in a process of their own. */
export function tryModelsApart(): void {
  if (process.env[mark] === undefined) tryApart(tryInProcess)
}

/**
 * Time limit in seconds. Analysing a model takes one to ten on most machines, plus the time to read a large one from disk.
 * SURMISE_TRIAL_SECONDS overrides it.
 */
function secondsFor(bytes: number): number {
  const given = Number(process.env.SURMISE_TRIAL_SECONDS)
  return given > 0 ? given : 60 + bytes / 20e6
}

/**
 * Memory limit in bytes. Several copies of the weights exist while a model is analysed, and its activations while it runs.
 * SURMISE_TRIAL_MEMORY overrides it.
 */
function memoryFor(bytes: number): number {
  const given = Number(process.env.SURMISE_TRIAL_MEMORY)
  return given > 0 ? given : Math.min(0.8 * totalmem(), 4 * 1024 ** 3 + 8 * bytes)
}

const hint = 'Choose another backbone.'

const tryInProcess: Trial = async ({ specification, file }, signal): Promise<Backbone> => {
  const name = path.basename(file)
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  const seconds = secondsFor(bytes)
  await using apart = new ComputeProcess<typeof tasks>({
    entry: process.argv[1],
    environment: { [mark]: '1' },
    memory: memoryFor(bytes),
    stopWithin: 0,
    endWithin: 0,
  })
  const answered = new AbortController()
  const timeout = wait(1000 * seconds, undefined, { signal: answered.signal }).then(() => {
    throw new UserError(
      'backbone-endless',
      `${name} was run on one grey image and didn’t finish within ${seconds.toFixed()} s.`,
      `${hint} If it is just slow, increase SURMISE_TRIAL_SECONDS.`,
    )
  })
  timeout.catch(() => undefined)
  try {
    return await Promise.race([apart.run('resolveBackbone', { specification }, { signal }), timeout])
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'compute-crashed') throw error
    if (String((error.cause as Error | undefined)?.message).includes(memoryExceeded)) {
      const message = `${name} was run on one grey image and needed more memory than this machine has to spare.`
      throw new UserError('backbone-memory', message, hint, { cause: error })
    }
    const message = `${name} was run on one grey image and crashed the process that tried it.`
    throw new UserError('backbone-crashed', message, hint, { cause: error })
  } finally {
    answered.abort()
  }
}
