import type { Glimpse } from '../read/glimpse.ts'
import { isObject } from '../read/jsonValues.ts'
import { hasImageName } from '../read/walkFiles.ts'
import { type Evidence, likely, perhaps, sure } from './format.ts'

/** What programs write and Surmise can't read: it is told apart, so that nothing else is made of it. */
export interface Foreign {
  /** With its article: “This is …”. */
  title: string
  /** How to get the labels all the same. */
  hint: string
  recognises: (glimpse: Glimpse) => Evidence | undefined
}

const named = (pattern: RegExp, title: string, hint: string): Foreign => ({
  ...{ title, hint },
  recognises: ({ isFolder, name, entries }) =>
    (isFolder ? entries.some((entry) => pattern.test(entry)) : pattern.test(name))
      ? { score: isFolder ? perhaps : likely, because: 'of the names of its files' }
      : undefined,
})

const asCoco = 'Export it as COCO, or as CSV with a column for images and one for labels.'

const isNumber = (word: string) => word !== '' && Number.isFinite(Number(word))

const laidOut = (title: string, pattern: RegExp, hint: string): Foreign => ({
  ...{ title, hint },
  recognises: ({ isFolder, entries }) => {
    const found = isFolder ? entries.find((entry) => pattern.test(entry)) : undefined
    return found === undefined ? undefined : { score: likely, because: `of ${found}` }
  },
})

/** By the keys at the top of a JSON file, or of the first line of one. */
const keyed = (title: string, keys: readonly string[], hint: string): Foreign => ({
  ...{ title, hint },
  recognises: ({ json, inside }) => {
    const fits = (one: unknown) => {
      const first = Array.isArray(one) ? one[0] : one
      return isObject(first) && keys.every((key) => key in first)
    }
    const found = fits(json) ? 'it' : [...inside].find(([, { json: one }]) => fits(one))?.[0]
    return found === undefined ? undefined : { score: likely, because: `${found} has ${keys.join(', ')}` }
  },
})

export const foreign: readonly Foreign[] = [
  named(/\.tfrecords?(-\d+-of-\d+)?$/, 'a TFRecord data set', asCoco),
  named(/\.array_record(-\d+-of-\d+)?$/, 'a TensorFlow data set', asCoco),
  named(/\.(pkl|pickle)$/, 'a Python pickle', 'Save the table with to_csv instead.'),
  named(/\.npz$/, 'an archive of NumPy arrays', 'Save the array of labels alone, with numpy.save.'),
  named(/\.(feather)$/, 'a Feather table', 'Save the table with to_csv instead.'),
  named(/\.(h5|hdf5)$/, 'an HDF5 file', 'Save the table with to_csv instead.'),
  named(/\.mat$/, 'a MATLAB file', 'Write its table as CSV: writetable(T, "labels.csv").'),
  named(/\.(xlsx?|ods)$/, 'a spreadsheet', 'Save it as CSV (UTF-8).'),
  named(/\.datum$/, 'a binary Datumaro data set', 'Export it from Datumaro in the “datumaro” format.'),
  named(/\.(zip|tar|tgz|gz|bz2|xz|7z|rar)$/, 'an archive', 'Unpack it, and import the folder.'),
  keyed('a project of VIA 3', ['project', 'attribute', 'file', 'metadata'], 'Export it from VIA as COCO or CSV.'),
  keyed(
    'an export of Labelbox',
    ['data_row', 'projects'],
    'Write a CSV of it with a column for images and one for labels.',
  ),
  keyed(
    'an export of Prodigy',
    ['options', 'accept', 'answer'],
    'Write a CSV of it with a column for images and one for labels.',
  ),
  {
    title: 'a folder of captions',
    hint: 'Sentences can’t be read as labels. If they are tags, choose the format “tag-files”.',
    recognises: ({ isFolder, entries, inside }) => {
      const images = new Set(entries.filter(hasImageName).map((entry) => entry.replace(/\.[^./]*$/, '')))
      const found = [...inside.keys()].find((entry) => /\.txt$/.test(entry) && images.has(entry.slice(0, -4)))
      return isFolder && found !== undefined
        ? { score: perhaps / 2, because: `${found} lies beside its image` }
        : undefined
    },
  },
  laidOut('a KITTI data set', /(^|\/)(label_2|label_colors\.txt)$/, asCoco),
  {
    ...{ title: 'a KITTI data set', hint: asCoco },
    recognises: ({ isFolder, inside }) => {
      const isKitti = ({ head }: { head: string }) => {
        const words = head.split('\n', 1)[0].trim().split(' ')
        return words.length >= 15 && words.slice(-14).every(isNumber)
      }
      const found = isFolder
        ? [...inside].find(([entry, one]) => /^labels\/.*\.txt$/.test(entry) && isKitti(one))
        : undefined
      return found && { score: likely, because: `of ${found[0]}` }
    },
  },
  laidOut('a MOT sequence', /(^|\/)gt\/gt\.txt$/, asCoco),
  laidOut(
    'an LFW data set',
    /(^|\/)(pairs|people)\.txt$/,
    'It tells which faces are the same, not what is in the images.',
  ),
  laidOut(
    'a Market-1501 data set',
    /(^|\/)bounding_box_(train|test)$/,
    'It tells who is in an image by its name: write a CSV of it.',
  ),
  laidOut('a VGGFace2 data set', /(^|\/)bb_landmark$/, asCoco),
  laidOut(
    'a Datumaro data set in Arrow',
    /(^|\/)datum-\d+\.arrow$/,
    'Export it from Datumaro in the “datumaro” format.',
  ),
  {
    title: 'a folder of images, without a file that says what is in them',
    hint: 'Choose the file with the labels. If its folders are the labels, choose the format “folders”.',
    recognises: ({ isFolder, entries, inside }) =>
      isFolder && inside.size === 0 && entries.some(hasImageName)
        ? { score: perhaps / 2, because: 'it has nothing but images' }
        : undefined,
  },
  {
    title: 'a Surmise project',
    hint: 'Merge it: surmise merge.',
    recognises: ({ head }) =>
      head.startsWith('SQLite format 3\0') ? { score: sure, because: 'it is an SQLite database' } : undefined,
  },
]
