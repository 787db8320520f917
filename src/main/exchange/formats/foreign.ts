import type { Glimpse } from '../read/glimpse.ts'
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

export const foreign: readonly Foreign[] = [
  named(/\.tfrecords?(-\d+-of-\d+)?$/, 'a TFRecord data set', asCoco),
  named(/\.(pkl|pickle)$/, 'a Python pickle', 'Save the table with to_csv instead.'),
  named(/\.npz$/, 'an archive of NumPy arrays', 'Save the array of labels alone, with numpy.save.'),
  named(/\.(feather)$/, 'a Feather table', 'Save the table with to_csv instead.'),
  named(/\.(h5|hdf5)$/, 'an HDF5 file', 'Save the table with to_csv instead.'),
  named(/\.mat$/, 'a MATLAB file', 'Write its table as CSV: writetable(T, "labels.csv").'),
  named(/\.(xlsx?|ods)$/, 'a spreadsheet', 'Save it as CSV (UTF-8).'),
  named(/\.datum$/, 'a binary Datumaro data set', 'Export it from Datumaro in the “datumaro” format.'),
  named(/\.(zip|tar|tgz|gz|bz2|xz|7z|rar)$/, 'an archive', 'Unpack it, and import the folder.'),
  {
    title: 'a Surmise project',
    hint: 'Merge it: surmise merge.',
    recognises: ({ head }) =>
      head.startsWith('SQLite format 3\0') ? { score: sure, because: 'it is an SQLite database' } : undefined,
  },
]
