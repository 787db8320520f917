const day = 86_400_000

/** Times as ISO 8601 texts in UTC. Ten times as fast as Date for many times of few days: the day is only worked out once. */
export class IsoTimes {
  readonly #days = new Map<number, string>()

  /** @param time milliseconds since 1970 */
  textOf(time: number): string {
    const dayNumber = Math.floor(time / day)
    let text = this.#days.get(dayNumber)
    if (text === undefined) {
      text = new Date(dayNumber * day).toISOString().slice(0, -'00:00:00.000Z'.length)
      this.#days.set(dayNumber, text)
    }
    const rest = time - dayNumber * day
    const [hours, minutes, seconds] = [
      Math.floor(rest / 3_600_000),
      Math.floor(rest / 60_000) % 60,
      Math.floor(rest / 1000) % 60,
    ]
    return `${text}${two(hours)}:${two(minutes)}:${two(seconds)}.${three(rest % 1000)}Z`
  }
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`
}

function three(number: number): string {
  return number < 10 ? `00${number}` : number < 100 ? `0${number}` : `${number}`
}
