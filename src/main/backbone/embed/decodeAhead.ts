import { availableParallelism } from 'node:os'
import { UserError } from '../../base/errors.ts'

export type Decoded<Item, Result> = { item: Item; decoded: Result } | { item: Item; failure: UserError }

/**
 * Decodes items before they are asked for, in their order: as many as there are in work, and some more, so that a slow one
 * holds up nobody.
 * @param inWork items that are in work at once behind it
 * @returns next: undefined at the end; stop: waits for what is still being decoded, for a decoder can't be interrupted
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
        // Only the image's own fault may be passed over.
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
