import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect } from 'vitest'
import { type ComputeOptions, ComputeProcess } from '../../src/main/compute/client.ts'
import type { TaskMap } from '../../src/main/compute/tasks.ts'

const started: { stop(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((compute) => compute.stop()))
})

/** @returns starts compute processes of one entry of this folder; they stop when the test ends */
export function computeOf<T extends TaskMap>(entry: string): (options?: Partial<ComputeOptions>) => ComputeProcess<T> {
  return (options = {}) => {
    const compute = new ComputeProcess<T>({ entry: path.join(import.meta.dirname, entry), ...options })
    started.push(compute)
    return compute
  }
}

/** What it fails with; it has to. */
export const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it should have failed'),
    (error) => error,
  )

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Waits for a process to end. Whatever is found here, nothing stays behind. */
export async function untilGone(pid: number): Promise<void> {
  try {
    await until(() => !isAlive(pid))
  } finally {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  }
}

/** Waits until it holds, for as long as a busy machine may need. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 3_000 && !condition(); i++) await wait(20)
  expect(condition()).toBe(true)
}
