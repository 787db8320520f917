import type { Side } from '../../contract/state.ts'
import { isolated } from './bidi.ts'

type TrialDifference = { points: number; clear: boolean; better: number; worse: number } | null

const durationOf = (seconds: number): string =>
  seconds < 90
    ? `about ${Math.max(1, Math.ceil(seconds))} s`
    : seconds < 5400
      ? `about ${Math.ceil(seconds / 60)} min`
      : `about ${(seconds / 3600).toFixed(1)} h`

export const training = {
  button: 'Fine-tune',
  running: 'Training…',
  cancel: 'Stop training',
  left: (seconds: number) =>
    seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${Math.round(seconds / 60)} min left`,
  loss: 'Loss',
  ofHundred: (value: number) => `${value}%`,
  meanwhile: 'You can keep marking meanwhile.',
  showSuggestions: 'Show suggestions',
  results: 'Accuracy on labels it hasn’t seen',
  label: 'Label',
  support: 'Known',
  linear: 'Linear',
  sst: 'SST',
  blend: 'Blend',
  never: 'Mark a few labels as present and absent, then click Fine-tune.',
  failed: 'Training didn’t finish.',
  panel: 'Training',
  showPanel: 'Show or hide training',
  models: 'Models',
  suggestsNow: 'In use',
  useModel: 'Use this model',
  scoresLost: 'scores lost: train again',
  labelCount: (count: number) => (count === 1 ? '1 label' : `${count.toLocaleString()} labels`),
} as const

export const names = {
  action: 'Suggest from names',
  title: 'Suggest from names',
  what: 'The backbone knows what many words look like, so it can compare images with label names before anything is marked. Accept and reject its suggestions, then fine-tune on them.',
  template: 'Prompt for each label',
  templateHint: '{label} stands for the name. Write in the language of the names, if the backbone knows it.',
  templateWrong: 'Include {label} where the name goes.',
  start: 'Suggest',
  note: 'From names only, not learnt yet.',
  noteHint: 'Their accuracy isn’t known yet. Accept or reject some, then fine-tune.',
  byName: 'by its name',
  /** In the place of a probability, where there is little room. */
  badge: 'name',
  model: 'from names only',
} as const

export const report = {
  title: 'Write a report',
  what: 'One page with label counts and balance, labels that occur together, how reliable the model is, possible mistakes, and example suggestions.',
  hint: 'Opens in any browser, offline. It contains small copies of some images, visible to anyone who has the page.',
  write: 'Write',
  written: 'Report written',
  wrote: (bytes: number, pictures: number) =>
    `${(bytes / 1e6).toFixed(1)} MB, with ${pictures === 1 ? '1 picture' : `${pictures.toLocaleString()} pictures`}.`,
} as const

export const models = {
  export: 'Export…',
  exportTitle: 'Export model',
  exportWhat: 'Format',
  layouts: { onnx: 'One ONNX file', triton: 'Model repository for NVIDIA Triton and KServe' },
  layoutHints: {
    onnx: 'With a model card and examples in Python and JavaScript beside it.',
    triton:
      'The model, its configuration and its labels go into a folder with this name; other models in it are left alone.',
  },
  exportScope: 'Input',
  scopes: { image: 'Images (includes the backbone)', features: 'Features (without the backbone)' },
  weights: 'Weights',
  weightsAs: {
    float32: '32 bits, as trained',
    float16: '16 bits: half the size',
    int8: '8 bits: a quarter of the size',
  },
  weightsHint: 'The loss from fewer bits is measured on held-out labels and shown.',
  exportedTitle: 'Model exported',
  exportedSize: (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB.`,
  title: 'Model',
  open: 'Model page',
  back: 'Back to images',
  versions: 'Versions',
  measured: 'Measurements',
  measuring: 'Measuring…',
  none: 'No model yet',
  when: (time: number) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
  seed: (seed: number) => `seed ${seed}`,
  trainedIn: (seconds: number) =>
    seconds < 90 ? `trained in ${seconds.toFixed(0)} s` : `trained in ${(seconds / 60).toFixed(0)} min`,
  percent: (share: number | null) => (share === null ? '–' : `${(share * 100).toFixed(1)}%`),
  // A true minus sign, as wide as the plus.
  points: (share: number) =>
    `${Math.abs(share) < 0.0005 ? '±' : share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)}`,
  noChange: '–',
  of: (part: number, whole: number) => `${part.toLocaleString()} of ${whole.toLocaleString()}`,
  mAP: 'Held-out mAP',
  mAPHint: 'mean average precision on held-out labels',
  calibration: 'Calibration error',
  lowerIsBetter: 'lower is better',
  heldOut: 'Known pairs held out',
  presentAbsent: (present: number, absent: number) =>
    `${present.toLocaleString()} present, ${absent.toLocaleString()} absent`,
  labelsMeasured: 'Labels measured',
  curves: 'Probability, precision and recall',
  curvesOf: 'Curves for',
  allLabels: 'All labels',
  tooFewForCurves: (present: number, absent: number, least: number) =>
    `Too few to tell: ${present.toLocaleString()} present and ${absent.toLocaleString()} absent held out; at least ${least} of each are needed.`,
  reliability: 'Reliability',
  reliabilityHint:
    'On the dashed line, the model is as certain as it should be. Whiskers: 95% confidence; bars: number of pairs.',
  calibrationError: (error: number) => `calibration error ${(error * 100).toFixed(1)}%`,
  predicted: 'Predicted (%)',
  observed: 'Observed present (%)',
  pairs: 'Known pairs',
  precisionRecall: 'Precision and recall',
  precision: 'Precision',
  recall: 'Recall',
  threshold: 'Suggestion threshold',
  putForward: 'Suggested',
  ofUndecided: (count: number) => `of ${count.toLocaleString()} undecided`,
  thresholdText: (threshold: number, precision: number | null, recall: number, forward: number) =>
    `${(threshold * 100).toFixed(1)}%: precision ${precision === null ? 'unknown' : `${(precision * 100).toFixed(1)}%`}, recall ${(recall * 100).toFixed(1)}%, ${forward.toLocaleString()} suggested`,
  byLabel: 'Average precision by label',
  comparedWith: (when: string) => `Change in points from the version of ${when}, on the same pairs`,
  nothingBefore: 'There is no earlier version to compare with.',
  columns: {
    name: 'Label',
    present: 'Present',
    absent: 'Absent',
    averagePrecision: 'Average precision',
    change: 'Change',
  },
  columnHints: {
    name: 'Sort by name',
    present: 'Known present, held out',
    absent: 'Known absent, held out',
    averagePrecision: 'On known pairs the model never saw, measured when it was trained',
    change: 'In points, from the previous version',
  },
  showCurves: (name: string) => `Show curves for ${isolated(name)}`,
  tooFew: (present: number, absent: number, least: number) =>
    `too few to tell: ${present.toLocaleString()} present and ${absent.toLocaleString()} absent held out; ${least} of each are needed`,
  notLearnt: (morePresent: number, moreAbsent: number) => {
    const more = [
      ...(morePresent > 0 ? [`${morePresent} more present`] : []),
      ...(moreAbsent > 0 ? [`${moreAbsent} more absent`] : []),
    ]
    return more.length > 0
      ? `not learnt yet: mark ${more.join(' and ')}`
      : 'not learnt yet: fine-tune again to learn it'
  },
  mistakes: 'Possible labelling mistakes',
  mistakesHint: 'The model is at least 90% sure of the opposite, without having seen the mark.',
  noMistakes: 'None: the model doesn’t confidently contradict any known label.',
  saysAbsent: 'Marked present, predicted absent',
  saysPresent: 'Marked absent, predicted present',
  imagesOfMistakes: (name: string) => `Possible mistakes: ${isolated(name)}`,
  openMistake: (path: string, state: string, sure: string) =>
    `Open ${isolated(path)}: ${state}, predicted ${sure} present`,
  firstOnes: (count: number) => `The ${count} most certain.`,
  cooccurrence: 'Labels that occur together',
  noCooccurrence: 'Needs two labels that are known to be present somewhere.',
  measure: 'Show',
  measures: { lift: 'Lift', conditional: 'Share of the row’s images' },
  lift: (value: number) => (value === 0 ? '0' : value >= 100 ? value.toFixed(0) : value.toPrecision(2)),
  notMeasured: 'too few',
  sameLabel: (name: string) => name,
  tooFewTogether: (a: string, b: string, { known, first, second }: { known: number; first: number; second: number }) =>
    `Too few to tell: of ${counted(known, 'image')} where both are known, ${isolated(a)} is present in ${first.toLocaleString()} and ${isolated(b)} in ${second.toLocaleString()}.`,
  liftSentence: (a: string, b: string, value: number, both: number, known: number) =>
    both === 0
      ? `${isolated(a)} and ${isolated(b)} never occur together in ${known.toLocaleString()} images where both are known.`
      : `${isolated(a)} and ${isolated(b)} occur together ${value.toPrecision(2)}× as often as by chance: in ${both.toLocaleString()} of ${known.toLocaleString()} images where both are known.`,
  conditionalSentence: (a: string, b: string, value: number, both: number, known: number) =>
    `Where ${isolated(a)} is present, ${isolated(b)} is too in ${(value * 100).toFixed(0)}%: in ${both.toLocaleString()} of ${known.toLocaleString()} images where both are known.`,
  cooccurrenceHint: 'Counted in images where both are known. Empty: too few to tell.',
  commonest: (count: number) => `The ${count} most frequent labels.`,
  after: 'Now',
  device: (device: string, why: string) => `Running on ${device} (${why})`,
} as const

export const backbones = {
  title: 'Backbones',
  open: 'Backbones…',
  list: 'Available backbones',
  hint: 'A backbone turns images into features, and suggestions can only be as good as those. Switching keeps your labels and models; the next fine-tuning processes every image again.',
  inUse: 'In use',
  unverified: (what: readonly string[]) => `Not yet tested with Surmise: ${what.join(', ')}.`,
  measureShort: 'Measure speed',
  builtIn: 'Built in',
  size: (bytes: number, exact: boolean) => `${exact ? '' : 'about '}${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`,
  from: (host: string) => `from ${host}`,
  speed: (perSecond: number, device: string) =>
    `${perSecond < 10 ? perSecond.toPrecision(2) : Math.round(perSecond).toLocaleString()} images/s here on ${device}`,
  takes: (seconds: number) => `${durationOf(seconds)} for this project`,
  mAP: (fraction: number) => `mAP ${(fraction * 100).toFixed(1)}% on this project`,
  use: 'Use',
  takeNamed: (title: string) => `Use ${title}`,
  fetch: 'Download',
  fetchNamed: (title: string) => `Download ${title}`,
  fetchText: 'Download text encoder',
  fetchTextNamed: (title: string) => `Download text encoder of ${title}`,
  goOn: (share: number) => `Resume (${Math.floor(share * 100)}%)`,
  goOnNamed: (share: number, title: string) => `Resume (${Math.floor(share * 100)}%) ${title}`,
  /** The title of its job. */
  fetchJob: (title: string) => `Download ${title}`,
  measure: (title: string) => `Measure speed of ${title}`,
  remove: (title: string) => `Delete ${title}`,
  removeAsk: (title: string) => `Delete ${title}? You can download it again.`,
  compare: 'Compare two',
  compareHint: (images: number) =>
    images === 0
      ? 'No labels are known yet: mark some images first.'
      : `Trains with each on ${images === 1 ? '1 image' : `${images.toLocaleString()} images`} with known labels, and measures each on held-out labels.`,
  fetchFirst: 'Download another backbone to compare.',
  first: 'First',
  second: 'Second',
  tryOn: (images: number) => `Try on ${images.toLocaleString()} images`,
  verdict: ({ difference, labels }: { difference: TrialDifference; labels: number }) => {
    if (!difference) return 'Too little is known to compare them.'
    const { points, clear, better, worse } = difference
    if (better + worse === 0) return 'They’re equal on every label.'
    const counts = `The second is better on ${better} of ${labels} labels, worse on ${worse}.`
    return clear
      ? `${counts} The difference of ${Math.abs(points * 100).toFixed(1)} points is clear.`
      : `${counts} The difference may be chance: more known labels would tell.`
  },
  measuredOn: ({ images, heldOut }: { images: number; heldOut: number }) =>
    `mAP on ${images.toLocaleString()} images, ${heldOut.toLocaleString()} known pairs held out.`,
  viewsCost: (looks: number, seconds: number | null) =>
    [looks === 1 ? 'Fastest' : `${looks}× the work`, ...(seconds === null ? [] : [durationOf(seconds)])].join(', '),
  caches: 'Features on disk',
  cachesHint: 'Kept separately for each backbone, so switching back costs nothing.',
  noCaches: 'None yet: they’re computed the first time you fine-tune.',
  unnamedCache: 'Another backbone',
  images: (count: number) => (count === 1 ? '1 image' : `${count.toLocaleString()} images`),
  clear: 'Clear',
  clearNamed: (name: string) => `Clear features of ${name}`,
  clearAsk: (images: number) =>
    `Clear the features of ${images === 1 ? '1 image' : `${images.toLocaleString()} images`}? Labels, models and suggestions are kept; the next training with this backbone computes them again.`,
  clearNow: 'Clear features',
  cleared: (bytes: number) => `Freed ${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB.`,
  ownFile: 'Your own model',
  ownFileHint: 'Any ONNX image model.',
  downloads: 'Download settings',
  downloadsSaved: 'Applies to the next download.',
  mirror: 'Mirror',
  mirrorHint: 'A server with the same paths, used instead of the one in the list.',
  proxy: 'Proxy',
  proxyHint: 'If empty, HTTPS_PROXY applies if set.',
  keptIn: (folder: string) => `Stored in ${isolated(folder)}`,
} as const

const counted = (count: number, one: string): string => `${count.toLocaleString()} ${one}${count === 1 ? '' : 's'}`

/** Rounded down: a bound must not promise more than was found. */
const atLeast = (share: number): string => `${(Math.floor(share * 1000) / 10).toFixed(1)}%`
const atMost = (share: number): string => `${(Math.ceil(share * 1000) / 10).toFixed(1)}%`

export const bulk = {
  title: 'Accept in bulk',
  open: 'Accept in bulk…',
  precision: 'Target accuracy',
  precisionHint:
    'For each label, at least this share of what you accept is right, with 95% confidence on held-out labels.',
  absent: 'Also accept absent',
  absentHint:
    'The catch: the few positives among them are lost. They’re marked absent, and nobody looks at them again.',
  maxLost: 'Maximum positives lost',
  maxLostHint: 'Of each label’s undecided positives, with 95% confidence.',
  where: 'Images',
  everywhere: 'All',
  shown: 'Those matching the filter',
  planning: 'Checking each label…',
  would: ({ count, labels, images, errors }: { count: number; labels: number; images: number; errors: number }) =>
    `${counted(count, 'suggestion')} for ${counted(labels, 'label')} in ${counted(images, 'image')} would be accepted. About ${Math.ceil(errors).toLocaleString()} of them would be wrong (${((errors / count) * 100).toFixed(1)}%).`,
  /** Why nothing can be accepted, and what to do. */
  none: {
    suggested: 'Nothing left to accept: the model has no undecided suggestions here.',
    known: (aim: string, canLower: boolean) =>
      `Nothing can be accepted in bulk yet: no label has enough known images to check ${aim} against. Mark more images${canLower ? ', or choose a lower target' : ''}.`,
    unsure: (aim: string, canLower: boolean) =>
      `Nothing can be accepted in bulk: known images don’t support ${aim} for any label. ${canLower ? 'Choose a lower target, or mark' : 'Mark'} more images and fine-tune again.`,
  },
  plan: 'What would be accepted, by label',
  columns: {
    label: 'Label',
    side: 'As',
    count: 'Accepted of suggested',
    right: 'Accuracy at least',
    lost: 'Maximum positives lost',
    heldOut: 'Checked on',
  },
  percent: (share: number) => `${Math.round(share * 100)}%`,
  of: (count: number, suggested: number) => `${count.toLocaleString()} of ${suggested.toLocaleString()}`,
  right: atLeast,
  lost: ({ count, positives, share }: { count: number; positives: number; share: number }) =>
    `${count.toLocaleString()} of about ${positives.toLocaleString()} (${atMost(share)})`,
  heldOut: (known: number) => `${known.toLocaleString()} known`,
  notOffered: (count: number) => `Not offered (${count.toLocaleString()})`,
  notOfferedHint: 'Too little is known about these, or they would miss your target. Decide them one by one.',
  /** What follows the name of a label that is not offered. */
  refusals: {
    'few-known': (known: number, more: number | null) => needs(known, ['known image', 'to check against'], more),
    unsure: () => 'held-out labels don’t support this accuracy',
    'few-positives': (known: number, more: number | null) => needs(known, ['image', 'known to be present'], more),
    'loses-positives': () => 'would lose more of its positives than you allow',
    'nearly-all': () => 'would accept nearly every unknown image, telling nothing apart',
    nothing: () => 'no suggestions',
  },
  sample: (label: string, side: Side) => `Suggestions to check: ${isolated(label)}, ${side}`,
  drawn: {
    least: (count: number) => (count === 1 ? 'Check the one' : `Check the ${count} least certain`),
    random: (count: number) => `${count} more at random`,
  },
  wrongOf: (wrong: number, of: number) => `${wrong} of ${of} wrong`,
  wrong: 'Wrong',
  wrongOne: (path: string) => `Wrong: ${isolated(path)}`,
  claim: (label: string, side: Side, sure: string) => `${isolated(label)} ${side}, ${sure}`,
  accept: (count: number) => `Accept ${count.toLocaleString()}`,
  done: (changed: number, left: number) =>
    `${counted(changed, 'suggestion')} accepted${left > 0 ? `; ${left.toLocaleString()} decided meanwhile ${left === 1 ? 'was' : 'were'} left alone` : ''}. You can undo this.`,
} as const

function needs(known: number, [what, how]: readonly [string, string], more: number | null): string {
  const has = known === 0 ? `no ${what} ${how}` : `only ${counted(known, what)} ${how}`
  return more === null ? has : `${has}; about ${more.toLocaleString()} ${known === 0 ? '' : 'more '}would do`
}
