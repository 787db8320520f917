import { InvalidArgumentError } from 'commander'
import { numbers } from './texts/common.ts'

/** An option that counts something. */
export function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError(numbers.count)
}

/** Seeds are 32 bits. */
export function seedOf(text: string): number {
  const seed = Number(text)
  if (Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) return seed
  throw new InvalidArgumentError(numbers.seed)
}

/** A fraction within bounds; `0.95` and `95%` say the same. */
export function shareOf(low: number, high: number): (text: string) => number {
  return (text) => {
    const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
    if (text.trim() !== '' && share >= low && share <= high) return share
    throw new InvalidArgumentError(numbers.share(low, high))
  }
}
