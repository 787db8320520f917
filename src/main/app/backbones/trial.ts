import { stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Backbone } from '../../backbone/backbone.ts'
import { type Trial, tryApart } from '../../backbone/resolve/trial.ts'
import { UserError } from '../../base/errors.ts'
import { ComputeProcess } from '../../compute/client.ts'
import { tookTooMuch } from '../../compute/watchdog.ts'
import type { tasks } from '../tasks.ts'

/** Said to the process of a trial: it is one. */
const mark = 'SURMISE_TRIAL'

/** The compute process calls it at its start: models that it doesn't know run in a process of their own first. */
export function tryModelsApart(): void {
  if (process.env[mark] === undefined) tryApart(tryInProcess)
}

/**
 * Seconds. Looking into a model takes one to ten on most machines; a large one has to be read from the disk as well. Where that is
 * too short, SURMISE_TRIAL_SECONDS says another.
 */
function secondsFor(bytes: number): number {
  const said = Number(process.env.SURMISE_TRIAL_SECONDS)
  return said > 0 ? said : 60 + bytes / 20e6
}

/**
 * Bytes. Weights are held several times while a model is taken apart, and its values while it runs. SURMISE_TRIAL_MEMORY says
 * another limit.
 */
function memoryFor(bytes: number): number {
  const said = Number(process.env.SURMISE_TRIAL_MEMORY)
  return said > 0 ? said : Math.min(0.8 * totalmem(), 4 * 1024 ** 3 + 8 * bytes)
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
  const silence = wait(1000 * seconds, undefined, { signal: answered.signal }).then(() => {
    throw new UserError(
      'backbone-endless',
      `${name} was run on one grey image and didn’t finish within ${seconds.toFixed()} s.`,
      `${hint} If it is just slow, increase SURMISE_TRIAL_SECONDS.`,
    )
  })
  silence.catch(() => undefined)
  try {
    return await Promise.race([apart.run('resolveBackbone', { specification }, { signal }), silence])
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'compute-crashed') throw error
    if (String((error.cause as Error | undefined)?.message).includes(tookTooMuch)) {
      const message = `${name} was run on one grey image and needed more memory than this machine has to spare.`
      throw new UserError('backbone-memory', message, hint, { cause: error })
    }
    const message = `${name} was run on one grey image and crashed the process that tried it.`
    throw new UserError('backbone-crashed', message, hint, { cause: error })
  } finally {
    answered.abort()
  }
}
