import { isolated } from '../bidi.ts'

export const image = {
  back: 'Back to the grid',
  previous: 'Previous image',
  next: 'Next image',
  goTo: (total: number) => `Go to image, 1 to ${total.toLocaleString()}`,
  goToAction: 'Go to an image by its number',
  turnLeft: 'Turn left, on the screen only',
  turnRight: 'Turn right, on the screen only',
  addLabel: (name: string) => `Add “${isolated(name)}”: it is present here`,
  goesOn: 'Next image when all is decided',
  suggested: 'Suggested',
  known: 'Known',
  unknown: 'Unknown',
  find: 'Find a label',
  accept: (name: string, state: string) => `Accept: ${isolated(name)} is ${state}`,
  reject: (name: string, state: string) => `Reject: ${isolated(name)} is not ${state}`,
  setPresent: (name: string) => `${isolated(name)} is present`,
  setAbsent: (name: string) => `${isolated(name)} is absent`,
  clear: (name: string) => `${isolated(name)}: back to unknown`,
  restAbsent: 'The rest is absent',
  // 100 % would be a promise.
  probability: (p: number) => (p > 0.99 ? '> 99 %' : p < 0.01 ? '< 1 %' : `${Math.round(p * 100)} %`),
  acceptAll: 'Accept all',
  acceptShort: 'accept',
  rejectShort: 'reject',
  noSuggestions: 'No suggestions for this image.',
  zoom: 'Zoom',
  fit: 'Fit',
  actualSize: 'Actual size',
  scale: (scale: number) => `${Math.round(scale * 100)} %`,
  scaleNow: (scale: number) => `Actual size; now ${Math.round(scale * 100)} %`,
  pan: {
    left: 'See more of the left',
    right: 'See more of the right',
    up: 'See more of the top',
    down: 'See more of the bottom',
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
  copy: 'Copy the image',
  copyPath: 'Copy its path',
  reveal: 'Show it in its folder',
  open: 'Open the image',
  copied: (path: string) => `${isolated(path)} is copied.`,
  unreadable: 'This image can’t be read: there is nothing to copy.',
  unreadableHint: 'Show it in its folder, or copy its path.',
  refused: 'The image could not be copied.',
  refusedHint: 'The browser may not allow it, or the image is too large. Show it in its folder instead.',
  pathsCopied: (count: number) =>
    count === 1 ? 'The path is copied.' : `${count.toLocaleString()} paths are copied, one a line.`,
  pathRefused: 'The path could not be copied.',
  pathRefusedHint: 'The browser does not allow it here. It stands over the open image.',
} as const

export const why = {
  action: 'Why is it suggested?',
  ask: 'why?',
  title: (name: string, state: string, sure: string) => `Why ${isolated(name)} is ${state}, ${sure}`,
  close: 'Close the reasons',
  looking: 'Looking …',
  looks: (isFor: boolean) => (isFor ? 'Looks like it' : 'Does not look like it'),
  nearest: (present: number, known: number) =>
    known === 1
      ? `The nearest known image ${present === 1 ? 'has it' : 'does not have it'}`
      : `${present} of the ${known} nearest known images have it`,
  similar: 'Similar images',
  known: (name: string, isPresent: boolean) => `${isolated(name)} is ${isPresent ? 'present' : 'absent'}`,
  seen: 'What else can be seen',
  rest: 'How common it is, and smaller reasons',
  // A true minus sign, as wide as the plus.
  share: (logOdds: number) => `${logOdds < 0 ? '−' : '+'}${Math.abs(logOdds).toFixed(1)}`,
  nearestList: 'The nearest images where it is known',
  open: (path: string, state: string, similarity: string) =>
    `Open ${isolated(path)}: ${state}, similarity ${similarity}`,
} as const

export const disputes = {
  title: 'Annotators disagree',
  action: 'Review what annotators disagree on',
  filter: 'Only where annotators disagree',
  chip: 'Annotators disagree',
  said: (who: string, state: string) => `${isolated(who)}: ${state}`,
  detail: (who: string, state: string, origin: string, when: string) =>
    `${isolated(who)} said ${state} (${isolated(origin)}, ${when})`,
  when: (time: number) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
} as const
