import type { ProtocolName } from './protocols.ts'

/** A method's figures in per cent, averaged over 10 … 90% known; undefined if none were published. */
export interface PublishedAverage {
  method: string
  mAP: number
  OF1?: number
  CF1?: number
}

export interface PublishedNumbers {
  averages: PublishedAverage[]
  /** SST's mAP at 10, 20, … 90% known. */
  sst: number[]
}

/** The source of the numbers below. */
export const publishedSource =
  'Published averages over 10–90% known (ResNet-101 unless said) are as a later paper’s comparison table gives them; SST’s mAP by share agrees with its averages, and was not read from its paper.'

export const publishedNumbers: Record<ProtocolName, PublishedNumbers> = {
  voc2007: {
    averages: [
      { method: 'SSGRL', mAP: 89.5, OF1: 87.7, CF1: 84.5 },
      { method: 'GCN-ML', mAP: 88.9, OF1: 87.3, CF1: 84.6 },
      { method: 'SST', mAP: 90.4, OF1: 88.2, CF1: 85.6 },
      { method: 'HST', mAP: 90.9, OF1: 88.4, CF1: 86.1 },
      { method: 'SARB', mAP: 90.7, OF1: 88.4, CF1: 85.9 },
      { method: 'DSRB', mAP: 91.5, OF1: 88.3, CF1: 86.0 },
      { method: 'Self-training, saliency', mAP: 93.7, OF1: 88.9, CF1: 86.2 },
      { method: 'DualCoOp, re-run (CLIP)', mAP: 94.0 },
    ],
    sst: [81.5, 89.0, 90.3, 91.0, 91.6, 92.0, 92.5, 92.6, 92.7],
  },
  coco2014: {
    averages: [
      { method: 'SSGRL', mAP: 74.1, OF1: 73.9, CF1: 68.1 },
      { method: 'GCN-ML', mAP: 74.4, OF1: 73.1, CF1: 68.4 },
      { method: 'SST', mAP: 76.7, OF1: 75.8, CF1: 71.2 },
      { method: 'HST', mAP: 77.9, OF1: 76.7, CF1: 72.6 },
      { method: 'SARB', mAP: 77.9, OF1: 76.5, CF1: 72.2 },
      { method: 'DSRB', mAP: 78.4, OF1: 76.8, CF1: 72.7 },
      { method: 'Self-training, saliency', mAP: 81.0, OF1: 79.0, CF1: 75.7 },
      { method: 'DualCoOp, re-run (CLIP)', mAP: 83.1 },
    ],
    sst: [68.1, 73.5, 75.9, 77.3, 78.1, 78.9, 79.2, 79.6, 79.9],
  },
  vg200: {
    averages: [
      { method: 'SSGRL', mAP: 39.7, OF1: 37.8, CF1: 26.1 },
      { method: 'GCN-ML', mAP: 39.3, OF1: 38.7, CF1: 25.6 },
      { method: 'SST', mAP: 41.8, OF1: 39.9, CF1: 30.8 },
      { method: 'HST', mAP: 44.8, OF1: 46.3, CF1: 37.9 },
      { method: 'SARB', mAP: 45.6, OF1: 45.0, CF1: 37.4 },
      { method: 'DSRB', mAP: 46.0, OF1: 45.1, CF1: 37.7 },
      { method: 'Self-training, saliency', mAP: 49.2, OF1: 51.4, CF1: 45.1 },
    ],
    sst: [38.8, 39.4, 41.1, 41.8, 42.7, 42.9, 43.0, 43.2, 43.5],
  },
}
