/** Models that score by label names alone: their scores only rank images, and nothing was held out. */
export const namesKind = 'names'

/** Models trained on this project’s marks. */
export const learntKind = 'blend'

export const isFromNames = ({ kind }: { kind: string }): boolean => kind === namesKind

/**
 * Whether a model's probabilities of known pairs come from parts that never saw them. Training here ensures that; of other models
 * it isn't known.
 */
export const isHeldOut = ({ kind }: { kind: string }): boolean => kind === learntKind
