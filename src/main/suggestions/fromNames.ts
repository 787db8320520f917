/** The kind of models that go by the names of labels alone: what they say is an order, not a probability, and nothing was held out. */
export const namesKind = 'names'

/** The kind of models that were trained on this project’s marks. */
export const learntKind = 'blend'

export const isFromNames = ({ kind }: { kind: string }): boolean => kind === namesKind

/** What was trained here keeps, for each known pair, a probability of parts that never saw it; of names and of files nobody can say. */
export const isHeldOut = ({ kind }: { kind: string }): boolean => kind === learntKind
