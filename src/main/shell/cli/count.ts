import { InvalidArgumentError } from 'commander'

/** An option that counts something. */
export function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError('It must be a whole number from 1.')
}

/** Seeds are 32 bits. */
export function seedOf(text: string): number {
  const seed = Number(text)
  if (Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff) return seed
  throw new InvalidArgumentError('A seed is a whole number from 0 to 4294967295.')
}

/** A fraction within bounds; `0.95` and `95%` say the same. */
export function shareOf(low: number, high: number): (text: string) => number {
  return (text) => {
    const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)
    if (text.trim() !== '' && share >= low && share <= high) return share
    throw new InvalidArgumentError(`It must be a fraction from ${low} to ${high}.`)
  }
}
