/** Measures speed and remaining time over the last ten seconds, so that a slow start is soon forgotten. */
export class Rate {
  readonly #samples: { at: number; done: number }[] = [{ at: performance.now(), done: 0 }]

  /** @returns the rate per second, and the seconds left (undefined until they can be estimated) */
  of(done: number, total: number, now = performance.now()): { perSecond: number; secondsLeft: number | undefined } {
    const samples = this.#samples
    const since = samples[0]
    const perSecond = now > since.at ? ((done - since.done) * 1000) / (now - since.at) : 0
    if (now - samples[samples.length - 1].at >= 500) samples.push({ at: now, done })
    while (samples.length > 2 && now - samples[1].at > 10_000) samples.shift()
    return { perSecond, secondsLeft: perSecond > 0 ? (total - done) / perSecond : undefined }
  }
}
