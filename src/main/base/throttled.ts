/**
 * Calls at most once every so many milliseconds, and at once where it can.
 * @param every milliseconds
 * @param keepsLast whether a call that came too early is made up for; else it is left out
 * @returns what asks for a call; with `now` it is made whenever the last one was
 */
export function throttled(every: number, act: () => void, keepsLast = true): (now?: boolean) => void {
  let last = Number.NEGATIVE_INFINITY
  let later: NodeJS.Timeout | undefined
  const run = () => {
    clearTimeout(later)
    later = undefined
    last = performance.now()
    act()
  }
  return (now = false) => {
    const wait = last + every - performance.now()
    if (now || wait <= 0) run()
    else if (keepsLast) later ??= setTimeout(run, wait).unref()
  }
}
