import { counted } from '../../../app/words.ts'
import { common } from './common.ts'

export const formats = {
  description: 'list the import and export formats, with what each can store',
  name: 'one format, with its options',
  columns: ['name', 'format', 'import from', 'export to', 'absent, unknown', 'who and when', 'suggestions'],
  yes: 'yes',
  no: 'no',
  more: 'For details: surmise formats NAME',
  checked: (how: string): string => `Checked: ${how}.`,
  images: {
    none: '',
    optional: 'Images: add them with --images copy or --images link.',
    needed: 'Images: copied or linked.',
  },
  setting: (id: string, choices: readonly string[] | undefined, on: 'read' | 'write'): string =>
    `--set ${id}=${choices?.join('|') ?? 'TEXT'}   (${on === 'read' ? 'import' : 'export'})`,
  question: (title: string, hint: string, usual: string): string =>
    `    ${title}. ${hint}${usual === '' ? '' : ` Default: ${usual}.`}`,
} as const

export const exchange = {
  set: (on: 'read' | 'write'): string =>
    `${on === 'read' ? 'import' : 'export'} option of the format (see “surmise formats NAME”); repeatable`,
  badSetting: (pair: string) => [`“${pair}” isn’t an option with a value.`, 'Write OPTION=VALUE.'] as const,
  problem: (message: string, count: number, examples: readonly string[]): string =>
    `${message}: ${count}${examples.length === 0 ? '' : ` (${examples.join('; ')})`}`,
} as const

export const exporting = {
  description: 'export labels to a file or folder',
  out: 'file or folder to write',
  format: 'a format from “surmise formats” (default: by the ending of <out>: .csv, .xml, .npy; else coco)',
  suggestions: 'include undecided suggestions, if the format can store them',
  complete: 'only images with every label known',
  images: 'what to do with the images, if the format can store them',
  overwrite: 'replace an existing file, or a folder from an earlier export',
  done: (present: number, absent: number, images: number, files: readonly string[]): string =>
    `Exported ${present} present and ${absent} absent labels of ${counted(images, 'image')} to ${files.join(', ')}.`,
  unreadable: (count: number): string => `${counted(count, 'image')} can’t be read.`,
} as const

export const importing = {
  description: 'import labels from a file or folder',
  place: 'file or folder with the labels',
  format: 'a format from “surmise formats” (default: detected automatically)',
  rest: 'what labels the file doesn’t mention are, if the format leaves it open; absent-everywhere also covers images listed without any label',
  conflicts: 'keep or replace the project’s marks where the file conflicts',
  rename: 'map a label name to one of the project, or skip it (old=); repeatable',
  mapping: 'CSV file of such names: in the file, in the project',
  noSuggestions: 'leave out model suggestions in the file',
  done: (marks: number, labels: number): string =>
    `Imported ${counted(marks, 'mark')}, added ${counted(labels, 'label')}`,
  would: (fresh: number, conflicting: number): string =>
    `Would import ${counted(fresh, 'mark')}; ${conflicting} ${conflicting === 1 ? 'conflicts' : 'conflict'} with the project`,
  matched: (matched: number, inFile: number, byName: number, byContent: number): string => {
    const ways = [
      ...(byName > 0 ? [`${byName} by file name only`] : []),
      ...(byContent > 0 ? [`${byContent} by content`] : []),
    ]
    return `${matched} of ${counted(inFile, 'image')} matched${ways.length > 0 ? ` (${ways.join(', ')})` : ''}.`
  },
  detected: (format: string, because: string): string => `Detected as ${format} because ${because}.`,
  couldBe: (formats: readonly string[]): string =>
    `It could also be ${formats.join(' or ')}: use --format to read it as that.`,
  ignored: (files: readonly string[]): string =>
    `Not read: ${files.slice(0, 5).join(', ')}${files.length > 5 ? common.andMore : ''}.`,
  nothing: {
    images: (inFile: number, example: string): string =>
      inFile === 0
        ? 'Nothing to import: no images are named.'
        : inFile === 1
          ? `Nothing to import: its one image isn’t in this project (${example}).`
          : `Nothing to import: none of the ${counted(inFile, 'image')} is in this project (such as ${example}).`,
    imagesHint: 'Check that it belongs to the images of this project.',
    marks: 'Nothing to import: the images of this project have no labels in it.',
    marksHint: 'Check the format and its options, or import it with --rest absent if that is what it means.',
  },
  together: (what: string, matched: string): string => `${what}; ${matched}`,
  unmatched: (count: number, examples: readonly string[]): string =>
    `Not in this project: ${counted(count, 'image')} (${examples.join(', ')}${count > examples.length ? common.andMore : ''}).`,
  ambiguous: (count: number, examples: readonly string[]): string =>
    `Not matched, as ${count === 1 ? 'it' : 'each'} could be several images: ${counted(count, 'image')} (${examples.join(', ')}${count > examples.length ? common.andMore : ''}).`,
  columns: ['label', 'present', 'absent', ''],
  isNew: 'new',
  moreLabels: (count: number): string => `and ${counted(count, 'more label')}`,
  firstImages: 'First images:',
  firstImage: (image: string, present: readonly string[], absent: readonly string[]): string => {
    const what = present.length === 0 ? 'no labels' : present.join(', ')
    const rest = absent.length > 5 ? ` (${absent.length} absent)` : ` (absent: ${absent.join(', ')})`
    return `  ${image}: ${what}${absent.length === 0 ? '' : rest}`
  },
  suggestions: (pairs: number, model: string, kept: number | undefined): string => {
    const what = `${counted(pairs, 'suggestion')} from ${model || 'a model'}`
    if (kept === undefined) return `Would keep ${what}.`
    return kept > 0 ? `Kept ${what} as a model of the project.` : `Left out ${what}.`
  },
  unmentioned: (pairs: number): string =>
    `Labels the file doesn’t mention stay unknown (${counted(pairs, 'pair')}). Use --rest absent to mark them absent.`,
  unmentionedEmpty: (images: number): string =>
    `${counted(images, 'image')} ${images === 1 ? 'is' : 'are'} listed without any label and ${images === 1 ? 'stays' : 'stay'} unknown. If ${images === 1 ? 'it has' : 'they have'} none of them, use --rest absent-everywhere.`,
} as const

export const merge = {
  description: 'merge another annotator’s copy of a project; contradictions are kept for review',
  project: 'project file to merge into',
  other: 'the other copy, only read',
  out: 'write the result to a new project file, leaving the first unchanged',
  dryRun: 'Nothing was written. The merge would give:',
  taken: (taken: number, same: number, images: number): string =>
    `${counted(taken, 'mark')} merged, ${same} the same in both, in ${counted(images, 'image')}.`,
  labels: (names: readonly string[]): string => `Labels added: ${names.join(', ')}.`,
  disputed: (count: number): string =>
    `${counted(count, 'pair')} to review: use the filter “Annotators disagree” to see who said what.`,
  settled: (count: number): string => `${counted(count, 'answer')} already known from an earlier merge.`,
  unmatched: (count: number, examples: readonly string[]): string =>
    `${counted(count, 'image')} of the other copy ${count === 1 ? 'isn’t' : 'aren’t'} in this project (${examples.join(', ')}${count > examples.length ? common.andMore : ''}): scan the folder that has them and merge again.`,
  columns: ['label', 'judged by both', 'agreed', 'kappa'],
  all: 'all',
} as const
