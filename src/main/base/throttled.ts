/**
 * Limits how often `act` is called; the first call goes through at once.
 * @param every least milliseconds between two calls
 * @param keepsLast whether a call that comes too early is made later, instead of being dropped
 * @returns the throttled function; `now` calls at once, however recent the last call
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
