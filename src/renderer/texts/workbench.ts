import { isolated } from './bidi.ts'

export const workbench = {
  images: (shown: number, total: number) =>
    shown === total
      ? `${total.toLocaleString()} images`
      : `${shown.toLocaleString()} of ${total.toLocaleString()} images`,
  /** @param kinds endings (".heic"), or "link" */
  notUsed: (kinds: Readonly<Record<string, number>>) =>
    `not used: ${Object.entries(kinds)
      .sort((a, b) => b[1] - a[1])
      .map(([kind, count]) => `${count.toLocaleString()} ${kind === 'link' && count !== 1 ? 'links' : kind}`)
      .join(', ')}`,
  notReadHint: 'Files in the image folder that can’t be used. Convert them to JPEG or PNG, or copy what is linked.',
  started: (count: number) => `${count.toLocaleString()} started`,
  selected: (count: number) => `${count.toLocaleString()} selected`,
  list: 'Images',
  scanning: 'Scanning the folder…',
  suggestions: (count: number) => (count === 1 ? '1 suggestion' : `${count} suggestions`),
  absentOnly: (count: number) => (count === 1 ? '1 label absent' : `${count} labels absent`),
  moreLabels: (count: number) => `+${count}`,
  acceptSelected: (count: number) =>
    count === 1 ? 'Accept 1 suggestion' : `Accept ${count.toLocaleString()} suggestions`,
  emptyTitle: 'No images yet',
  emptyHint: (folder: string) =>
    `No readable images found in ${isolated(folder)}. Add some and rescan, or choose another folder.`,
  noMatchTitle: 'No matches',
  noMatchHint: 'No images match these filters.',
  clearFilters: 'Clear filters',
  rescan: 'Rescan images',
  locate: 'Relocate image folder…',
  rootMissing: 'The image folder isn’t where it was.',
  search: 'Search by name',
  sort: 'Sort',
  sorts: {
    path: 'Name',
    added: 'Newest first',
    known: 'Least known first',
    uncertain: 'Most uncertain first',
    mistakes: 'Possible mistakes first',
    audit: 'Random audit',
    confidence: 'Most certain first',
    usefulness: 'Most useful first',
  },
  status: { any: 'All files', broken: 'Unreadable', missing: 'Missing' },
  known: { any: 'Any progress', nothing: 'Nothing known', something: 'Started', everything: 'Complete' },
  suggestedOnly: 'Has suggestions',
  tileSize: 'Thumbnail size',
  readOnly: 'Read-only',
  openForWriting: 'Open for editing',
  close: 'Close project',
  menu: 'More',
  markSelection: 'Mark selection',
} as const

export const panels = {
  labels: 'Label list width',
  image: 'Label panel width',
  width: (pixels: number) => `${pixels} pixels`,
  hint: 'Drag, or use the arrow keys. Double-click, or press Enter, to reset the width.',
} as const

export const progress = {
  title: 'Progress',
  open: 'Progress…',
  known: 'Decided',
  ofPairs: (pairs: number) => `of ${pairs.toLocaleString()} image–label pairs`,
  today: 'Decisions today',
  how: (byHand: number, accepted: number, imported: number) =>
    [
      `${byHand.toLocaleString()} by hand`,
      `${accepted.toLocaleString()} from suggestions`,
      ...(imported > 0 ? [`${imported.toLocaleString()} also imported`] : []),
    ].join(', '),
  saved: 'Saved by suggestions',
  savedHint: 'decisions nobody had to make one by one',
  left: 'Still unknown',
  leftHint: (suggested: number, minutes: number | null) =>
    [
      `${suggested.toLocaleString()} of them suggested`,
      ...(minutes === null
        ? []
        : [
            minutes < 90
              ? `about ${Math.ceil(minutes)} min for the rest`
              : `about ${Math.ceil(minutes / 60)} h for the rest`,
          ]),
    ].join(', '),
  closed: (name: string) => `Closed “${isolated(name)}”.`,
  session: (decisions: number, minutes: number, perMinute: number | null, labels: number) =>
    decisions === 0
      ? 'Nothing decided since the project was opened.'
      : `Since the project was opened: ${decisions.toLocaleString()} decisions on ${labels === 1 ? '1 label' : `${labels} labels`} in ${Math.max(1, Math.round(minutes))} min of work${perMinute === null ? '' : `, ${Math.round(perMinute)} per minute`}.`,
  share: (count: number, of: number) => (of === 0 ? '–' : `${((count / of) * 100).toFixed(count === of ? 0 : 1)}%`),
  labels: 'Progress by label',
  columns: {
    label: 'Label',
    share: 'Present – unknown – absent',
    known: 'Decided',
    present: 'Present',
    absent: 'Absent',
    suggested: 'Suggested',
  },
  bar: (present: number, absent: number, unknown: number) => `${present} present, ${unknown} unknown, ${absent} absent`,
  suggested: (present: number, absent: number) => `${present.toLocaleString()} / ${absent.toLocaleString()}`,
} as const

export const labelByLabel = {
  title: 'Label by label',
  ask: (name: string) => `Which images show “${isolated(name)}”?`,
  label: 'Label',
  order: 'Start with',
  orders: { present: 'Most likely present', uncertain: 'Most uncertain', absent: 'Most likely absent' },
  list: (name: string) => `Images that may show ${isolated(name)}`,
  says: { present: 'Present', absent: 'Absent', unknown: 'Left unknown' },
  cut: 'Present/absent cutoff',
  cutValue: (present: number, total: number) => `The first ${present} of ${total} are present`,
  flip: 'Switch present/absent',
  leave: 'Leave unknown',
  cutBack: 'Move cutoff back by one',
  cutOn: 'Move cutoff on by one',
  confirm: 'Confirm page',
  confirmed: (present: number, absent: number, unknown: number) =>
    [`${present} present`, `${absent} absent`, ...(unknown > 0 ? [`${unknown} left unknown`] : [])].join(', '),
  pass: 'Next page, deciding nothing',
  passBack: 'Previous page',
  openImage: 'Open image',
  close: 'Back to grid',
  left: (count: number) => (count === 1 ? '1 image undecided' : `${count.toLocaleString()} images undecided`),
  decided: (count: number, perMinute: number) =>
    `${count.toLocaleString()} decided here, ${perMinute.toLocaleString()} per minute`,
  hint: 'Click, drag or press Space to switch. Nothing is decided until you confirm.',
  noModel: 'No model knows this label yet. Click or press Space where it is present, then R to mark the rest absent.',
  doneTitle: 'All decided',
  doneHint: (name: string) => `“${isolated(name)}” is decided in every image.`,
  next: (name: string) => `Continue with “${isolated(name)}”`,
  loading: 'Finding images…',
} as const

export const filters = {
  open: 'Filter',
  title: 'Filter',
  clearAll: 'Clear all',
  active: 'Active filters',
  without: (condition: string) => `Remove the filter: ${isolated(condition)}`,
  labels: 'Labels',
  addLabel: 'Add a label…',
  noLabel: 'No label with this name.',
  anyState: 'Any state',
  stateOf: (name: string) => `State of ${isolated(name)}`,
  atLeast: (name: string) => `Minimum probability of ${isolated(name)}, in percent`,
  atMost: (name: string) => `Maximum probability of ${isolated(name)}, in percent`,
  removeLabel: (name: string) => `Stop filtering by ${isolated(name)}`,
  /** After the number of a probability. */
  percent: '%',
  folder: 'Folder',
  folderHint: 'Including subfolders',
  anyFolder: 'Any folder',
  decided: 'Decided',
  by: { human: 'By hand', accepted_suggestion: 'Accepted suggestion', import: 'Imported' },
  who: 'Annotator',
  anyone: 'Anyone',
  since: 'From',
  until: 'To',
  progress: 'Progress',
  files: 'Files',
  allReadable: 'Readable',
  asText: 'As text',
  asTextHint: 'Press Enter to apply. Works in any project with the same labels, so you can share it.',
  copy: 'Copy as text',
  copied: 'Filter copied.',
  copyFailed: 'The browser doesn’t allow copying here.',
  copyFailedHint: 'Select the text and press Ctrl C.',
  saved: 'Saved filters',
  none: 'Save a filter to use it again at any time.',
  nameOfNew: 'Name for the current filter',
  replace: 'Replace',
  rename: (name: string) => `Rename ${isolated(name)}`,
  newName: (name: string) => `New name for ${isolated(name)}`,
  remove: (name: string) => `Delete ${isolated(name)}`,
  labelGone: (name: string) => `The filter “${isolated(name)}” uses a label that no longer exists.`,
  labelGoneHint: 'Undo the removal of the label, or save the filter again.',
  chips: {
    label: (name: string, state: string) => `${isolated(name)}: ${state}`,
    range: (name: string, from: string, to: string) => `${isolated(name)} ${from}–${to}%`,
    folder: (folder: string) => `In ${isolated(folder)}`,
    action: 'Changed by one action',
    noSuggestions: 'No suggestions',
    who: (who: string) => `By ${isolated(who)}`,
    since: (date: string) => `From ${date}`,
    until: (date: string) => `Until ${date}`,
  },
  problems: {
    noCondition: (key: string) => `“${key}” isn’t a condition.`,
    conditions: (keys: readonly string[]) => `Use one of: ${keys.join(', ')}.`,
    noValue: (key: string) => `“${key}” has no value.`,
    example: 'For example: ?label=dog:unknown&p=dog:0.4..0.6&sort=uncertain',
    twice: (key: string) => `“${key}” appears twice.`,
    once: 'Only label and p can appear more than once.',
    noLabel: (name: string) => `There is no label “${isolated(name)}”.`,
    didYouMean: (name: string) => `Did you mean “${isolated(name)}”?`,
    seeLabels: 'The labels are listed on the left.',
    noWord: (key: string, word: string) => `“${word}” isn’t a value of “${key}”.`,
    words: (words: readonly string[]) => `Use one of: ${words.join(', ')}.`,
    range: (range: string) => `“${range}” isn’t a range of probabilities.`,
    rangeHint: 'Write two numbers from 0 to 1, the smaller one first: 0.4..0.6',
    percent: (text: string) => `“${text}” has a stray % sign.`,
    percentHint: 'Write %25 for a % sign.',
    noDate: (key: string, text: string) => `“${key}=${text}” isn’t a date.`,
    dateHint: 'Write year, month and day: 2026-01-31',
    noNumber: (key: string, text: string) => `“${key}=${text}” isn’t a whole number.`,
    numberHint: 'Write a number, such as 7.',
  },
} as const

export const mistakes = {
  ask: (state: string, sure: string) => `${state}? ${sure}`,
  says: (state: string, sure: string) => `The model says ${state}, ${sure}`,
  take: (name: string, state: string) => `Correct: ${isolated(name)} is ${state}`,
  keep: (name: string, state: string) => `Keep: ${isolated(name)} is ${state}`,
} as const
