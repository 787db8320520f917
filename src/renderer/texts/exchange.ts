import { isolated } from './bidi.ts'

export const exchange = {
  export: 'Export…',
  exportTitle: 'Export',
  format: 'Format',
  place: 'Save to',
  withSuggestions: 'Include undecided suggestions',
  completeOnly: 'Only images with every label known',
  images: 'Images',
  imagesAre: {
    none: 'Don’t copy',
    copy: 'Copy beside the labels',
    link: 'Link beside the labels',
  },
  /** What the export would hold. */
  willHold: (present: number, absent: number) =>
    `Will export ${present === 1 ? '1 present mark' : `${present.toLocaleString()} present marks`}${
      absent === 0 ? '' : absent === 1 ? ' and 1 absent mark' : ` and ${absent.toLocaleString()} absent marks`
    }.`,
  loses: (absent: number) =>
    absent === 1
      ? '1 absent mark can’t be stored in this format.'
      : `${absent.toLocaleString()} absent marks can’t be stored in this format.`,
  unknownLooksAbsent: (unknown: number) =>
    unknown === 1
      ? '1 image–label pair is unknown: other programs may read it as absent.'
      : `${unknown.toLocaleString()} image–label pairs are unknown: other programs may read them as absent.`,
  write: 'Export',
  replace: 'Replace',
  replaceQuestion: 'Replace it or choose another name?',
  working: 'Exporting…',
  written: 'Exported',
  wroteImages: (images: number, present: number, absent: number) =>
    `${images.toLocaleString()} images, ${present.toLocaleString()} present, ${absent.toLocaleString()} absent.`,
  unreadable: (count: number) =>
    count === 1
      ? '1 unreadable image is listed separately.'
      : `${count.toLocaleString()} unreadable images are listed separately.`,
  wroteSuggestions: (count: number) =>
    count === 1
      ? '1 suggestion, kept separate from the marks.'
      : `${count.toLocaleString()} suggestions, kept separate from the marks.`,
  files: 'Files',
  fileOrFolder: (ending: string) =>
    `A name ending in ${ending} makes one file. Any other name makes a folder of annotations and images, as other programs expect.`,
  import: 'Import labels…',
  importTitle: 'Import labels',
  file: 'File or folder',
  folder: 'Folder…',
  read: 'Preview',
  reading: 'Reading…',
  byLooks: 'Detect automatically',
  questions: 'Import options',
  writeQuestions: 'Export options',
  otherFile: 'Choose another file',
  unmatched: (count: number) =>
    count === 1
      ? '1 image in the file isn’t in this project'
      : `${count.toLocaleString()} images in the file aren’t in this project`,
  matchedBy: (byName: number, byContent: number) =>
    [
      byName > 0 && `${byName.toLocaleString()} by file name only`,
      byContent > 0 && `${byContent.toLocaleString()} by content`,
    ]
      .filter(Boolean)
      .join(', '),
  readAs: (format: string) => `Read as ${format}.`,
  detectedAs: (format: string, because: string) => `Detected as ${format} because ${because}.`,
  couldBe: (formats: readonly string[]) =>
    `It could also be ${formats.join(' or ')}: choose the format to read it as that.`,
  ignored: (count: number) =>
    count === 1 ? '1 file in the folder wasn’t read' : `${count.toLocaleString()} files in the folder weren’t read`,
  firstImages: 'First images',
  noLabels: 'no labels',
  between: ', ',
  absentToo: (names: readonly string[]) =>
    names.length > 5 ? `(${names.length.toLocaleString()} absent)` : `(absent: ${names.map(isolated).join(', ')})`,
  ambiguous: (count: number) =>
    count === 1
      ? '1 image in the file could be several images here'
      : `${count.toLocaleString()} images in the file could be several images here`,
  noImages: 'Nothing to import: none of the file’s images are in this project.',
  firstMarks: 'First marks',
  image: 'Image',
  mark: 'Mark',
  here: 'In this project',
  sameNames: 'Map label names',
  inFile: 'In the file',
  meansHere: 'In this project',
  leaveOut: 'Nothing (skip it)',
  takeAs: 'Map',
  renamed: (from: string, to: string) =>
    to === '' ? `${isolated(from)}: skipped` : `${isolated(from)} → ${isolated(to)}`,
  forgetRename: (from: string) => `Don’t map ${isolated(from)}`,
  keepSuggestions: (count: number, model: string) =>
    `Keep ${count === 1 ? '1 suggestion' : `${count.toLocaleString()} suggestions`} from ${model === '' ? 'a model' : isolated(model)}`,
  nothingNew: 'Nothing new: the project already has everything in this file.',
  label: 'Label',
  isNew: 'new',
  problems: 'Problems in the file',
  writing: 'Importing…',
  matched: (matched: number, inFile: number) =>
    `${matched.toLocaleString()} of ${inFile.toLocaleString()} images in the file match this project.`,
  newStates: (count: number) => (count === 1 ? '1 new mark' : `${count.toLocaleString()} new marks`),
  sameStates: (count: number) =>
    count === 1 ? '1 already in this project' : `${count.toLocaleString()} already in this project`,
  conflicts: (count: number) =>
    count === 1 ? '1 conflicts with a mark here' : `${count.toLocaleString()} conflict with marks here`,
  newLabels: (names: string[]) => `New labels: ${names.map(isolated).join(', ')}`,
  rest: (count: number) =>
    count === 1
      ? 'The file doesn’t say what is absent. Treat the 1 other image–label pair as:'
      : `The file doesn’t say what is absent. Treat the ${count.toLocaleString()} other image–label pairs as:`,
  restUnknown: 'Unknown: not everything was looked for',
  restAbsent: 'Absent: the file lists everything that is present',
  restLabelled: 'In images with a label in the file: absent',
  restEverywhere: (images: number) =>
    images === 1
      ? 'Absent everywhere, also in the 1 image listed without any label'
      : `Absent everywhere, also in the ${images.toLocaleString()} images listed without any label`,
  conflictKeep: 'Keep the project’s marks',
  conflictReplace: 'Use the file’s marks',
  onConflict: 'Conflicts',
  commit: 'Import',
  imported: (states: number, labels: number) =>
    `Imported ${states === 1 ? '1 mark' : `${states.toLocaleString()} marks`}${
      labels === 0 ? '' : labels === 1 ? ' and 1 new label' : ` and ${labels} new labels`
    }. You can undo this.`,
  importedSuggestions: (count: number) =>
    `${count === 1 ? '1 suggestion was' : `${count.toLocaleString()} suggestions were`} kept as a model of this project. Undo doesn’t remove it.`,
} as const

/** Another annotator's copy of the project joins this one. */
export const merging = {
  open: 'Merge another copy…',
  title: 'Merge another copy',
  hint: 'A copy of this project that someone else has worked on. It is only read, never changed. Where the two contradict each other, neither wins: both answers are kept for review.',
  file: 'Other copy’s project file',
  look: 'Preview',
  otherFile: 'Choose another copy',
  merge: 'Merge',
  done: 'Merged',
  doneHint: 'A single undo reverses the whole merge.',
  openDisputes: 'Review them',
  matched: (matched: number) =>
    matched === 1 ? '1 image is in both copies.' : `${matched.toLocaleString()} images are in both copies.`,
  unmatched: (count: number) =>
    count === 1
      ? '1 image of the other copy isn’t in this project'
      : `${count.toLocaleString()} images of the other copy aren’t in this project`,
  taken: (count: number) =>
    count === 1 ? '1 mark only in the other copy' : `${count.toLocaleString()} marks only in the other copy`,
  same: (count: number) =>
    count === 1 ? '1 mark is the same in both' : `${count.toLocaleString()} marks are the same in both`,
  disputed: (count: number) =>
    count === 1 ? '1 conflicting mark to review' : `${count.toLocaleString()} conflicting marks to review`,
  settled: (count: number) =>
    count === 1
      ? '1 answer already known from an earlier merge'
      : `${count.toLocaleString()} answers already known from an earlier merge`,
  newLabels: (names: string[]) => `New labels: ${names.map(isolated).join(', ')}`,
  nothing: 'Nothing new: this project already has everything in the other copy.',
  agreement: 'Agreement',
  agreementHint: 'On what both judged independently. Cohen’s kappa: 1 is full agreement, 0 is no better than chance.',
  judged: 'Judged by both',
  agreed: 'Agreed',
  kappa: 'Kappa',
  all: 'All labels',
} as const
