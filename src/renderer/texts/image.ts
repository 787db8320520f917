import { isolated } from './bidi.ts'

export const image = {
  back: 'Back to grid',
  previous: 'Previous image',
  next: 'Next image',
  goTo: (total: number) => `Go to image, 1 to ${total.toLocaleString()}`,
  goToAction: 'Go to image by number',
  turnLeft: 'Rotate left (view only)',
  turnRight: 'Rotate right (view only)',
  addLabel: (name: string) => `Add “${isolated(name)}” as present`,
  goesOn: 'Auto-advance when complete',
  suggested: 'Suggested',
  known: 'Known',
  unknown: 'Unknown',
  find: 'Find a label',
  accept: (name: string, state: string) => `Accept: ${isolated(name)} is ${state}`,
  reject: (name: string, state: string) => `Reject: ${isolated(name)} is not ${state}`,
  setPresent: (name: string) => `${isolated(name)} is present`,
  setAbsent: (name: string) => `${isolated(name)} is absent`,
  clear: (name: string) => `Reset ${isolated(name)} to unknown`,
  restAbsent: 'Mark the rest absent',
  // 100% would be a promise.
  probability: (p: number) => (p > 0.99 ? '>99%' : p < 0.01 ? '<1%' : `${Math.round(p * 100)}%`),
  acceptAll: 'Accept all',
  acceptShort: 'accept',
  rejectShort: 'reject',
  noSuggestions: 'No suggestions for this image.',
  zoom: 'Zoom',
  fit: 'Fit',
  actualSize: 'Actual size',
  scale: (scale: number) => `${Math.round(scale * 100)}%`,
  scaleNow: (scale: number) => `Actual size; now ${Math.round(scale * 100)}%`,
  pan: {
    left: 'Pan left',
    right: 'Pan right',
    up: 'Pan up',
    down: 'Pan down',
  },
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  broken: 'This image can’t be shown.',
  missing: 'The file is missing.',
  tryAgain: 'Try again',
  bySuggestion: 'accepted suggestion',
  byImport: 'imported',
} as const

export const imageFile = {
  copy: 'Copy image',
  copyPath: 'Copy path',
  reveal: 'Show in folder',
  open: 'Open image',
  copied: (path: string) => `Copied ${isolated(path)}.`,
  unreadable: 'This image can’t be read, so there is nothing to copy.',
  unreadableHint: 'Show it in its folder, or copy its path.',
  refused: 'The image couldn’t be copied.',
  refusedHint: 'The browser may not allow it, or the image may be too large. Show it in its folder instead.',
  pathsCopied: (count: number) =>
    count === 1 ? 'Path copied.' : `${count.toLocaleString()} paths copied, one per line.`,
  pathRefused: 'The path couldn’t be copied.',
  pathRefusedHint: 'The browser doesn’t allow it here. The path is shown above the open image.',
} as const

export const why = {
  action: 'Why this suggestion?',
  ask: 'why?',
  title: (name: string, state: string, sure: string) => `Why ${isolated(name)} is ${state}, ${sure}`,
  close: 'Close reasons',
  looking: 'Finding reasons…',
  looks: (isFor: boolean) => (isFor ? 'Looks like it' : 'Doesn’t look like it'),
  nearest: (present: number, known: number) =>
    known === 1
      ? `The most similar known image ${present === 1 ? 'has it' : 'doesn’t have it'}`
      : `${present} of the ${known} most similar known images have it`,
  similar: 'Similar images',
  known: (name: string, isPresent: boolean) => `${isolated(name)} is ${isPresent ? 'present' : 'absent'}`,
  seen: 'What else is in the image',
  rest: 'How common it is, and minor reasons',
  // A true minus sign, as wide as the plus.
  share: (logOdds: number) => `${logOdds < 0 ? '−' : '+'}${Math.abs(logOdds).toFixed(1)}`,
  nearestList: 'Most similar images where it’s known',
  open: (path: string, state: string, similarity: string) =>
    `Open ${isolated(path)}: ${state}, similarity ${similarity}`,
} as const

export const disputes = {
  title: 'Annotators disagree',
  action: 'Review disagreements',
  filter: 'Only where annotators disagree',
  chip: 'Annotators disagree',
  said: (who: string, state: string) => `${isolated(who)}: ${state}`,
  detail: (who: string, state: string, origin: string, when: string) =>
    `${isolated(who)} said ${state} (${isolated(origin)}, ${when})`,
  when: (time: number) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
} as const
