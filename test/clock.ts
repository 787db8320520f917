import { vi } from 'vitest'

/**
 * A clock that goes on by a second each time it is read, on this thread: what is told every so often is then told every time, on
 * any machine.
 */
export async function withHastyClock<T>(work: () => Promise<T>): Promise<T> {
  let now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1000
    return now
  })
  try {
    return await work()
  } finally {
    clock.mockRestore()
  }
}
