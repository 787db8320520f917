/*
 * Numbers that look alike and must not be mixed up. A plain number is accepted for any of them, so nothing has to be converted;
 * using one for another is a compile-time error.
 */

/** Identifies an image of the project. */
export type ImageId = number & { readonly is?: 'image' }
/** Identifies a label of the project. */
export type LabelId = number & { readonly is?: 'label' }

/** The probability that a label is present: 0 … 1; NaN without a score. */
export type Probability = number & { readonly is?: 'probability' }
/** log(p / (1 - p)). */
export type Logit = number & { readonly is?: 'logit' }

export type Probabilities = Float32Array & { readonly of?: 'probability' }
export type Logits = Float32Array & { readonly of?: 'logit' }
