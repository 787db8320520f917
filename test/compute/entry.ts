import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../../src/main/base/errors.ts'
import { serveTasks } from '../../src/main/compute/server.ts'
import type { TaskContext } from '../../src/main/compute/tasks.ts'

/** The compute process of these tests: every way that a task can end. */
export const tasks = {
  add: async ({ a, b }: { a: number; b: number }) => a + b,

  /** Counts down, telling each step; on cancel returns what it got done. */
  count: async ({ steps }: { steps: number }, { signal, progress }: TaskContext<{ done: number }>) => {
    for (let done = 1; done <= steps; done++) {
      if (signal.aborted) return { done: done - 1, complete: false }
      progress({ done })
      await wait(5)
    }
    return { done: steps, complete: true }
  },

  /** Waits until cancelled, then throws the reason. */
  forever: async (_: null, { signal, progress }: TaskContext<'started'>) => {
    progress('started')
    await wait(600_000, undefined, { signal })
  },

  deaf: async (_: null, { progress }: TaskContext<'started'>) => {
    progress('started')
    await wait(600_000)
  },

  doubled: async (arrays: { numbers: Float32Array; halves: Float16Array; bytes: Uint8Array; big: BigInt64Array }) => ({
    numbers: arrays.numbers.map((x) => 2 * x),
    halves: arrays.halves.map((x) => 2 * x),
    bytes: arrays.bytes.map((x) => 2 * x),
    big: arrays.big.map((x) => 2n * x),
    kinds: Object.values(arrays).map((array) => array.constructor.name),
  }),

  userError: async () => {
    throw new UserError('too-blue', 'The picture is too blue.', 'Take another.')
  },
  systemError: async () => {
    throw Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' })
  },
  bug: async () => deepInside(),
  notCloneable: async (): Promise<unknown> => () => 1,

  write: async ({ text }: { text: string }, { log }: TaskContext<never>) => {
    log('warn', text)
    process.stderr.write(`stderr: ${text}\n`)
  },
  environment: async () => ({ ...process.env }),
  pid: async () => process.pid,

  abort: async () => {
    process.stderr.write('the driver says: no\n')
    process.abort()
  },
  exit: async ({ code }: { code: number }) => process.exit(code),
  rejectLater: async () => {
    void wait(5).then(() => {
      throw new Error('nobody waits for me')
    })
    await wait(600_000)
  },
}

function deepInside(): never {
  throw new TypeError('undefined is not a picture')
}

serveTasks(tasks)
