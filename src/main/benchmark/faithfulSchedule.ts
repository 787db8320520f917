/** The published training of METHOD 1, except for what a frozen backbone needs. */
export const published = {
  epochs: 20,
  batch: 8,
  /** Epochs are counted from 0. */
  pseudoLabelsFrom: 5,
  slowerFrom: 10,
  /** L2 inside Adam, on every parameter. */
  weightDecay: 5e-4,
  /** T */
  steps: 3,
  /** E */
  exemplars: 100,
  /** W */
  word: 300,
}

/**
 * Sizes and learning rate for a frozen backbone. The published 1e-5 goes with training the backbone's last stage; here only the
 * head is trained, from scratch. 1e-3 was chosen over 3e-4 on one run (3,576 photos of PASCAL VOC 2012, MobileNetV2 at 384 px, 10%
 * known: 44.7 against 43.1 mAP), and over 3e-3 at 50% known (54.6 against 52.5).
 */
export const frozen = {
  learningRate: 1e-3,
  /** D (published: 1024): the features' principal directions; O equals D, as published. */
  channels: 256,
  /** K (published: 512) */
  hidden: 256,
}

/** ×0.1 at epoch 10 (METHOD 1). */
export function learningRateAt(epoch: number): number {
  return epoch < published.slowerFrom ? frozen.learningRate : frozen.learningRate / 10
}

/** θ = 0.95 at epoch 5, then 0.025 less each epoch, at least 0.75 (METHOD 1). */
export function thresholdAt(epoch: number): number {
  return Math.min(0.95, Math.max(0.75, 0.95 - 0.025 * (epoch - published.pseudoLabelsFrom)))
}
