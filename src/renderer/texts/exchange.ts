import { isolated } from '../bidi.ts'

export const exchange = {
  export: 'Export …',
  exportTitle: 'Export',
  format: 'Format',
  place: 'Where to',
  withSuggestions: 'Undecided suggestions too',
  completeOnly: 'Only images of which every label is known',
  images: 'The images themselves',
  imagesAre: {
    none: 'stay where they are',
    copy: 'are copied beside the labels',
    link: 'are linked to, beside the labels',
  },
  /** What the export would hold. */
  willHold: (present: number, absent: number) =>
    `It holds ${present === 1 ? '1 present mark' : `${present.toLocaleString()} present marks`}${
      absent === 0 ? '' : absent === 1 ? ' and 1 absent mark' : ` and ${absent.toLocaleString()} absent marks`
    }.`,
  loses: (absent: number) =>
    absent === 1 ? '1 absent mark has no place in it.' : `${absent.toLocaleString()} absent marks have no place in it.`,
  unknownLooksAbsent: (unknown: number) =>
    unknown === 1
      ? '1 pair of image and label is unknown: whoever reads it may take it for absent.'
      : `${unknown.toLocaleString()} pairs of image and label are unknown: whoever reads it may take them for absent.`,
  write: 'Export',
  replace: 'Replace',
  replaceQuestion: 'Replace it, or choose another name?',
  working: 'Writing …',
  written: 'Exported',
  wroteImages: (images: number, present: number, absent: number) =>
    `${images.toLocaleString()} images, ${present.toLocaleString()} present, ${absent.toLocaleString()} absent.`,
  unreadable: (count: number) =>
    count === 1
      ? '1 image that can’t be read is listed apart.'
      : `${count.toLocaleString()} images that can’t be read are listed apart.`,
  wroteSuggestions: (count: number) =>
    count === 1
      ? '1 suggestion, told apart from the marks.'
      : `${count.toLocaleString()} suggestions, told apart from the marks.`,
  files: 'Files',
  cocoPlace:
    'A name that ends in .json is one file. Any other is a folder with annotations and images, as other programs want it.',
  import: 'Import labels …',
  importTitle: 'Import labels',
  file: 'File or folder',
  folder: 'Folder …',
  read: 'Read',
  reading: 'Reading …',
  byLooks: 'By what it looks like',
  questions: 'How it is to be read',
  writeQuestions: 'How it is to be written',
  otherFile: 'Another file',
  unmatched: (count: number) =>
    count === 1 ? '1 image of the file is not here' : `${count.toLocaleString()} images of the file are not here`,
  matchedBy: (byName: number, byContent: number) =>
    [
      byName > 0 && `${byName.toLocaleString()} by the file’s name alone`,
      byContent > 0 && `${byContent.toLocaleString()} by content`,
    ]
      .filter(Boolean)
      .join(', '),
  readAs: (format: string) => `Read as ${format}.`,
  firstMarks: 'The first marks',
  image: 'Image',
  mark: 'Mark',
  here: 'Here',
  sameNames: 'Labels that are called otherwise here',
  inFile: 'In the file',
  meansHere: 'Means here',
  leaveOut: 'Nothing: leave it out',
  takeAs: 'Take it so',
  renamed: (from: string, to: string) =>
    to === '' ? `${isolated(from)} is left out` : `${isolated(from)} means ${isolated(to)}`,
  forgetRename: (from: string) => `Take ${isolated(from)} as it is`,
  keepSuggestions: (count: number, model: string) =>
    `Keep ${count === 1 ? '1 suggestion' : `${count.toLocaleString()} suggestions`} of ${model === '' ? 'a model' : isolated(model)}`,
  nothingNew: 'This file says nothing that the project does not know.',
  label: 'Label',
  isNew: 'new',
  problems: 'What could not be read as it is',
  writing: 'Importing …',
  matched: (matched: number, inFile: number) =>
    `${matched.toLocaleString()} of ${inFile.toLocaleString()} images of the file are in this project.`,
  newStates: (count: number) => (count === 1 ? '1 mark is new' : `${count.toLocaleString()} marks are new`),
  sameStates: (count: number) => (count === 1 ? '1 is here already' : `${count.toLocaleString()} are here already`),
  conflicts: (count: number) =>
    count === 1 ? '1 says the opposite of a mark here' : `${count.toLocaleString()} say the opposite of a mark here`,
  newLabels: (names: string[]) => `New labels: ${names.map(isolated).join(', ')}`,
  rest: (count: number) =>
    count === 1
      ? 'The file does not say what is absent. The 1 other pair of image and label is:'
      : `The file does not say what is absent. The ${count.toLocaleString()} other pairs of image and label are:`,
  restUnknown: 'Unknown: it was not looked for everywhere',
  restAbsent: 'Absent: everything that is there has been listed',
  conflictKeep: 'Keep what this project says',
  conflictReplace: 'Take what the file says',
  onConflict: 'Where they disagree',
  commit: 'Import',
  imported: (states: number, labels: number) =>
    `Imported: ${states === 1 ? '1 mark' : `${states.toLocaleString()} marks`}${
      labels === 0 ? '' : labels === 1 ? ' and 1 new label' : ` and ${labels} new labels`
    }. Undo takes it back.`,
  importedSuggestions: (count: number) =>
    `${count === 1 ? '1 suggestion was' : `${count.toLocaleString()} suggestions were`} kept as a model of this project; undo leaves it.`,
} as const

/** Another annotator's copy of the project joins this one. */
export const merging = {
  open: 'Merge another copy …',
  title: 'Merge another copy',
  hint: 'A copy of this project that somebody else has worked on. It is only read. Where the two say the opposite, neither is believed: both statements are kept for review.',
  file: 'Project file of the other copy',
  look: 'Look at it',
  otherFile: 'Another copy',
  merge: 'Merge',
  done: 'Merged',
  doneHint: 'One undo takes all of it back.',
  review: 'Review them',
  matched: (matched: number) =>
    matched === 1 ? '1 image is in both copies.' : `${matched.toLocaleString()} images are in both copies.`,
  unmatched: (count: number) =>
    count === 1
      ? '1 image of the other copy is not here'
      : `${count.toLocaleString()} images of the other copy are not here`,
  taken: (count: number) =>
    count === 1
      ? '1 mark that only the other copy has'
      : `${count.toLocaleString()} marks that only the other copy has`,
  same: (count: number) =>
    count === 1 ? '1 mark is the same in both' : `${count.toLocaleString()} marks are the same in both`,
  disputed: (count: number) =>
    count === 1
      ? '1 mark says the opposite of one here: to be reviewed'
      : `${count.toLocaleString()} marks say the opposite of those here: to be reviewed`,
  settled: (count: number) =>
    count === 1
      ? '1 statement is known from an earlier merge'
      : `${count.toLocaleString()} statements are known from an earlier merge`,
  newLabels: (names: string[]) => `New labels: ${names.map(isolated).join(', ')}`,
  nothing: 'The other copy says nothing that this one does not know.',
  agreement: 'How far the two agree',
  agreementHint:
    'Of what both have judged, each for itself. Cohen’s kappa: 1 is full agreement, 0 no more than chance.',
  judged: 'Judged by both',
  agreed: 'Agreed',
  kappa: 'Kappa',
  all: 'All labels',
} as const
