/** What a long task gets: a signal that cancels it, and a callback for its progress. */
export interface Job<Progress> {
  readonly signal?: AbortSignal
  progress?(progress: Progress): void
}
