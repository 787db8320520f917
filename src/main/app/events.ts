import { setImmediate, setTimeout as wait } from 'node:timers/promises'
import type { AppEvent } from '../../contract/schemas.ts'

/**
 * Minimum time between events about states, in milliseconds: when many people mark, each screen would otherwise refetch after every
 * mark of everybody else.
 */
const statesEvery = 100

/**
 * Sends events to every client. A slow client misses nothing, yet its queue stays short: events superseded by a later one are dropped.
 */
export class Events {
  readonly #queues = new Set<(event: AppEvent) => void>()

  publish(event: AppEvent): void {
    for (const push of this.#queues) push(event)
  }

  notice(level: 'info' | 'warning' | 'error', message: string, hint = ''): void {
    this.publish({ kind: 'notice', level, message, hint })
  }

  /** All events from the call on (not from the first `next`), until the signal is aborted or the consumer stops (`return`). */
  subscribe(signal?: AbortSignal): AsyncGenerator<AppEvent, void> {
    const waiting: AppEvent[] = []
    let statesFrom = 0
    let wake = () => {}
    const push = (event: AppEvent) => {
      enqueue(waiting, event)
      wake()
    }
    this.#queues.add(push)
    const end = () => {
      this.#queues.delete(push)
      wake()
    }
    signal?.addEventListener('abort', end, { once: true })
    const queues = this.#queues
    const stream = (async function* (): AsyncGenerator<AppEvent, void> {
      try {
        for (;;) {
          while (waiting.length > 0) {
            if (waiting[0].kind === 'states') {
              // The first is sent at once, after the response to the mark itself; those that follow closely are sent together.
              const early = statesFrom - performance.now()
              if (early > 0) await wait(early, undefined, { signal }).catch(() => undefined)
              else await setImmediate()
            }
            if (signal?.aborted || !queues.has(push)) return
            const event = waiting.shift()!
            if (event.kind === 'states') statesFrom = performance.now() + statesEvery
            yield event
          }
          if (signal?.aborted || !queues.has(push)) return
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      } finally {
        end()
      }
    })()
    // A waiting generator would notice its end only with the next event, so wake it.
    const finish = stream.return.bind(stream)
    stream.return = (value) => {
      end()
      return finish(value)
    }
    return stream
  }
}

const mostNamed = 1000
/** Beyond this many waiting notices, the oldest are dropped: nobody is there to read them. */
const mostNotices = 100

/** Adds an event. A waiting one about the same thing is replaced, or merged with it. */
function enqueue(waiting: AppEvent[], event: AppEvent): void {
  if (event.kind !== 'notice') {
    const at = waiting.findIndex(
      (one) => one.kind === event.kind && (one.kind !== 'job' || one.job.id === (event as typeof one).job.id),
    )
    if (at >= 0) {
      const [old] = waiting.splice(at, 1)
      if (old.kind === 'states' && event.kind === 'states') {
        waiting.push({ ...event, imageIds: together(old.imageIds, event.imageIds) })
        return
      }
    }
  }
  waiting.push(event)
  const notices = waiting.filter(({ kind }) => kind === 'notice')
  if (notices.length > mostNotices) waiting.splice(waiting.indexOf(notices[0]), 1)
}

function together(one: number[] | null, other: number[] | null): number[] | null {
  if (!one || !other) return null
  const all = new Set([...one, ...other])
  return all.size > mostNamed ? null : [...all]
}
