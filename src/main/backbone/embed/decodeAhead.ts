import { availableParallelism } from 'node:os'
import { UserError } from '../../base/errors.ts'

export type Decoded<Item, Result> = { item: Item; decoded: Result } | { item: Item; failure: UserError }

/**
 * Decodes items ahead, in order: as many as are being processed, and some more, so that a slow one doesn't hold up
 * the rest.
 * @param inWork items that the consumer processes at once
 * @returns `next`, undefined at the end; `stop`, which waits for running decoders, because they can't be interrupted
 */
export function decodeAhead<Item, Result>(
  items: readonly Item[],
  decode: (item: Item) => Promise<Result>,
  inWork: number,
): { next(): Promise<Decoded<Item, Result> | undefined>; stop(): Promise<void> } {
  const ahead = inWork + availableParallelism() + 1
  const started: Promise<Decoded<Item, Result>>[] = []
  let next = 0

  const start = (item: Item): Promise<Decoded<Item, Result>> =>
    decode(item).then(
      (decoded) => ({ item, decoded }),
      (failure) => {
        // Only errors of the image itself may be skipped.
        if (failure instanceof UserError) return { item, failure }
        throw failure
      },
    )
  const fill = () => {
    while (started.length < ahead && next < items.length) {
      const decoding = start(items[next++])
      decoding.catch(() => undefined)
      started.push(decoding)
    }
  }
  return {
    async next() {
      fill()
      const first = started.shift()
      fill()
      return first
    },
    async stop() {
      next = items.length
      await Promise.allSettled(started)
    },
  }
}
