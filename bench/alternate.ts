/** Compares ways to do one thing: in turns, since a machine is not equally fast all day, and by medians. */

export interface Contestant {
  name: string
  /** Does the thing once. @returns how many images it did, and in how many milliseconds if not all of the time counts */
  run(): Promise<{ images: number; milliseconds?: number }>
}

export interface Measured {
  name: string
  /** Median of the rounds. */
  imagesPerSecond: number
  rounds: number[]
}

/** One round to warm up, then so many that count. */
export async function alternate(contestants: readonly Contestant[], rounds: number): Promise<Measured[]> {
  const measured = contestants.map(({ name }) => ({ name, imagesPerSecond: 0, rounds: [] as number[] }))
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const begun = performance.now()
      const { images, milliseconds = performance.now() - begun } = await contestant.run()
      if (round > 0) measured[i].rounds.push((images * 1000) / milliseconds)
    }
  }
  for (const one of measured) one.imagesPerSecond = median(one.rounds)
  return measured
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** @param reference the name of the one that the others are compared with */
export function printTable(title: string, measured: readonly Measured[], reference: string): void {
  const base = measured.find(({ name }) => name === reference)!.imagesPerSecond
  console.log(`\n${title}`)
  for (const { name, imagesPerSecond, rounds } of measured) {
    const range = `${Math.min(...rounds).toFixed(1)} … ${Math.max(...rounds).toFixed(1)}`
    const ratio = name === reference ? '' : `  Surmise: ${(base / imagesPerSecond).toFixed(2)} ×`
    console.log(`  ${name.padEnd(52)} ${imagesPerSecond.toFixed(1).padStart(7)} images/s  (${range})${ratio}`)
  }
}
