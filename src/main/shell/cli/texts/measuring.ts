import { counted } from '../../../app/words.ts'

export const devices = {
  description: 'list the devices training can run on here, and what prevents others',
  usable: (speed: number | null): string =>
    speed === null ? 'usable' : `usable, ${speed.toPrecision(2)}× as fast as the CPU`,
  automatic: '; used by auto',
} as const

export const doctor = {
  description: 'check versions, devices, disk, permissions and a project; output holds nothing private',
  project: 'project file to check as well',
  repair: 'repair a damaged project file first, keeping the damaged file as a backup',
  nothingToRepair: ['No project to repair.', 'Name one: surmise doctor --repair P.surmise'] as const,
  sound: 'Nothing needed repair.',
  mended: (what: readonly string[], keptAs: string): string =>
    `Repaired: ${what.join('; ')}. The damaged file is kept as a backup: ${keptAs}`,
} as const

export const benchmark = {
  description: 'hide labels of a labelled folder, train on the rest, and score what was hidden',
  protocol: 'the folder is a published data set: train on its training split, score its test split',
  mode: 'faithful: also run the published method',
  known: 'shares of labels that are known (default: 0.1,0.5,0.9; nine with --protocol)',
  seeds: 'number of masks to average',
  ablate: 'also leave out each part of the method in turn',
  unfreeze: 'last: also train the backbone’s last stage, where it helps',
  notWithProtocol: [
    'A published protocol has one mask, all of its labels, and no parts to leave out.',
    'Leave out --seeds, --labels-with-at-least and --ablate.',
  ] as const,
  badShares: 'Shares are numbers between 0 and 1, separated by commas: 0.1,0.5,0.9',
  head: (images: number, labels: number, backbone: string, seeds: number): string =>
    `${images} images × ${labels} labels, ${backbone}, mean of ${counted(seeds, 'mask')}.`,
  scored: 'Scored on the hidden pairs: mAP / recall at 90% precision / calibration error, in percent.',
  interpolated:
    'Interpolated: the blend’s mAP with an interpolated precision–recall curve, as in PASCAL VOC 2012 and the published tables.',
  faithful: 'Faithful: the published method to the letter, on a frozen backbone; its seconds are the second figure.',
  columns: ['known', 'linear', 'SST', 'blend', 'blend, interpolated', 'seconds'],
  faithfulColumn: 'faithful',
  lastStage: (known: string, before: string, after: string, kept: number, seeds: number): string =>
    `Last stage trained, ${known} known: SST ${before}% mAP on held-out labels before, ${after}% after; kept with ${kept} of ${counted(seeds, 'mask')}.`,
  accepting: [
    'Accepting in bulk, by each label’s own bounds (95% right; at most 2% of its positives lost): share right of how many, share of all',
    'such pairs; labels with something accepted.',
  ],
  acceptingColumns: ['known', 'present', 'absent', 'positives lost'],
  accepted: (right: string, count: number, ofAll: string, labels: number): string =>
    `${right} of ${count}, ${ofAll}; ${counted(labels, 'label')}`,
  noneAccepted: 'none',
  lost: (lost: number, positives: number): string => `${lost} of ${positives}`,
  noNumbers: 'no numbers',
  without: (known: string): string => `At ${known} known, without:`,
  withoutColumns: ['', 'SST', 'blend'],
  methods: { linear: 'linear', sst: 'SST', blend: 'blend', faithful: 'faithful' },
  protocolHead: (protocol: string, training: number, test: number, labels: number, backbone: string): string =>
    `${protocol}: ${training} training images, ${test} test images, ${labels} labels, ${backbone}.`,
  protocolScored:
    'Scored on the test split: mAP / OF1 / CF1, in percent. Its images take part in training without labels.',
  publishedColumn: 'published SST (mAP)',
  mean: 'mean',
  published: 'Published, mean over 10–90% known:',
  publishedColumns: ['method', 'mAP', 'OF1', 'CF1'],
} as const

const tenths = (share: number): string => (Number.isNaN(share) ? '–' : (share * 100).toFixed(1))

export const simulate = {
  description:
    'simulate an annotator who answers from the truth of a labelled folder, asked in our order and in others',
  rounds: 'number of rounds to mark everything in',
  order: 'what to ask next',
  images: 'use only this many images, drawn at random',
  seed: 'decides which images and examples are drawn',
  head: (images: number, labels: number, positives: number, backbone: string): string =>
    `${images} images × ${labels} labels, ${images * labels} pairs, ${positives} of them present, ${backbone}.`,
  terms: [
    'A decision is one mark, or accepting all confident suggestions at once (done once, at the end).',
    'Confident: at least 95% of this label’s equally certain suggestions are right, by a lower bound from what is known.',
    'Right: marked, or confident and right. Saved: decisions that marking these one by one would have added.',
  ],
  notReached: (order: string): string => `${order}: did not reach 95% of the positives.`,
  reached: (order: string, decisions: number, fewer: number): string =>
    `${order}: 95% of the positives known after ${counted(Math.round(decisions), 'decision')}, ${tenths(fewer)}% fewer than marking everything.`,
  fewerThanRandom: (fewer: number): string => `ours takes ${tenths(fewer)}% fewer decisions than random.`,
  orderTitle: (order: string): string => `${order}:`,
  columns: [
    'decisions',
    '% of all',
    'right',
    'saved',
    'positives known %',
    'confident present, right %',
    'confident absent, right %',
  ],
  tenths,
  confident: (count: number, precision: number): string => `${count}, ${tenths(precision)}`,
  audit: (count: number, share: number, low: number, high: number): string =>
    `; audit of ${count}: ${tenths(share)} (${tenths(low)}–${tenths(high)})`,
} as const

export const parity = {
  description: 'compare the method with its reference implementation; exits 1 if they differ',
  folder: 'folder with sst_*.safetensors, metrics_*.safetensors and .json, partial_label_masks.json',
  columns: ['quantity', 'largest error', 'bound', '', '', 'fixture'],
  measures: {
    relative: 'of the largest entry',
    absolute: 'absolute',
    entries: 'entries',
    share: 'of the entries',
  },
  exceeded: 'EXCEEDED',
  failure: (quantity: string, fixture: string, place: string, error: string, bound: string): string =>
    `Bound exceeded: ${quantity} of ${fixture}${place}: ${error}, bound ${bound}.`,
  place: (where: string | undefined): string => (where ? ` (${where})` : ''),
  leftOut: (what: string, fixtures: readonly string[]): string => `Left out: ${what} (${fixtures.join(', ')}).`,
  compared: (comparisons: number, fixtures: number, failures: number): string =>
    `${counted(comparisons, 'comparison')} in ${counted(fixtures, 'fixture')}: ${failures > 0 ? `${failures} exceeded their bounds.` : 'all within their bounds.'}`,
  notANumber: 'not a number',
} as const
