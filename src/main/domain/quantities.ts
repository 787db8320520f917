/*
 * Numbers that look alike and must not be mixed up. A plain number may be given for any of them, so nothing has to be converted;
 * one of them given for another is an error of the compiler.
 */

/** Which image of the project. */
export type ImageId = number & { readonly is?: 'image' }
/** Which label of the project. */
export type LabelId = number & { readonly is?: 'label' }

/** That a label is present: 0 … 1; NaN where nobody says anything. */
export type Probability = number & { readonly is?: 'probability' }
/** log(p / (1 - p)). */
export type Logit = number & { readonly is?: 'logit' }

export type Probabilities = Float32Array & { readonly of?: 'probability' }
export type Logits = Float32Array & { readonly of?: 'logit' }
