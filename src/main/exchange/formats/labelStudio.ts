import { columnsIn } from '../read/csvRecords.ts'
import { type Format, sure } from './format.ts'
import { readLabelStudio } from './labelStudio/read.ts'
import { absentChoices, cutoff, imageKey, labelControls, prefix, scoreless, users } from './labelStudio/settings.ts'
import { configurationFile, writeLabelStudio } from './labelStudio/write.ts'

/** Tasks of Label Studio with choices, any number of them; predictions are suggestions. */
export const labelStudio: Format = {
  id: 'label-studio',
  title: 'Label Studio JSON',
  says: { absent: true, unlabelled: true, provenance: 'some', suggestions: true },
  limits:
    'Choices are present, and so are labels of boxes and outlines, and the last steps of a taxonomy. A second control says what is absent; for files without one, you’re asked about the rest. If several controls could hold the labels, you’re asked which do; other answers (texts, ratings), skipped annotations and drafts are left out, and counted. Reads “JSON” and “JSON-MIN”. Who and when are kept per annotation. A configuration beside the file (its name with -config.xml, or config.xml) says where images are and what aliases mean.',
  checked: 'round trip; a Label Studio 1.23 server, both ways',
  extensions: ['.json'],
  reads: 'file',
  writes: 'file',
  settings: [labelControls, absentChoices, imageKey, scoreless, prefix, users, cutoff],
  recognises: ({ isFolder, head }) => {
    if (isFolder || !/^\s*\[/.test(head)) return undefined
    const has = (key: string) => new RegExp(`"${key}"\\s*:`).test(head)
    if (has('annotation_id') && has('annotator')) {
      return { score: sure, because: 'it is a list of annotations with annotator and annotation_id' }
    }
    return has('(?:annotations|predictions|completions)') && has('data')
      ? { score: sure, because: 'it is a list of tasks with data and annotations' }
      : undefined
  },
  read: readLabelStudio,
  besides: (target) => [configurationFile(target)],
  write: (source, target, options) => writeLabelStudio(labelStudio, source, target, options),
}

/** What Label Studio calls CSV and TSV: one annotation a row. */
export const labelStudioTable: Format = {
  id: 'label-studio-csv',
  title: 'Label Studio CSV or TSV',
  says: { absent: true, unlabelled: false, provenance: 'some', suggestions: false },
  limits:
    'As Label Studio JSON. A table doesn’t tell typed texts from single choices, so you may be asked which columns hold labels.',
  checked: 'files that a Label Studio 1.23 server wrote',
  extensions: ['.csv', '.tsv'],
  reads: 'file',
  settings: [labelControls, absentChoices, imageKey],
  recognises: ({ isFolder, head }) => {
    const columns = columnsIn(head)
    return !isFolder && ['annotation_id', 'annotator', 'lead_time'].every((column) => columns.includes(column))
      ? { score: sure, because: 'it has the columns annotation_id, annotator and lead_time' }
      : undefined
  },
  read: readLabelStudio,
}
