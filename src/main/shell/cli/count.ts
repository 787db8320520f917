import { InvalidArgumentError } from 'commander'
import { numbers } from './texts/common.ts'

/** Parses a whole number, 1 or more. */
export function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError(numbers.count)
}

/** Parses a seed, an unsigned 32-bit number. */
export function seedOf(text: string): number {
  const seed = Number(text)
  if (Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) return seed
  throw new InvalidArgumentError(numbers.seed)
}

/** Parses a fraction within bounds, written as `0.95` or `95%`. */
export function shareOf(low: number, high: number): (text: string) => number {
  return (text) => {
    const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
    if (text.trim() !== '' && share >= low && share <= high) return share
    throw new InvalidArgumentError(numbers.share(low, high))
  }
}
