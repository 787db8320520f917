/** What a long task of a room is given: a way to be cancelled, and someone to tell how far it is. */
export interface Job<Progress> {
  readonly signal?: AbortSignal
  progress?(progress: Progress): void
}
