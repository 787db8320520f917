/** The kind of models that go by the names of labels alone: what they say is an order, not a probability, and nothing was held out. */
export const namesKind = 'names'

export const isFromNames = ({ kind }: { kind: string }): boolean => kind === namesKind
