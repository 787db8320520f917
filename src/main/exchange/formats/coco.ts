import { cocoFiles, writeCoco } from './coco/export.ts'
import { annotationsSetting, readCoco } from './coco/import.ts'
import type { Format } from './format.ts'

export const coco: Format = {
  id: 'coco',
  title: 'COCO JSON',
  says: { absent: true, unlabelled: true, provenance: 'all', suggestions: true },
  limits:
    'Stores everything. Files from other programs don’t say what is absent, so you’re asked. Captions are left out. A list of results holds suggestions.',
  checked: 'round trip; a real file of instances; a reader in Python',
  extensions: ['.json'],
  reads: 'file or folder',
  writes: 'file or folder',
  images: 'optional',
  settings: [annotationsSetting],
  recognises: ({ isFolder, name, head, entries }) => {
    if (!isFolder) return name.endsWith('.json') && /^\s*[{[]/.test(head) && 'perhaps'
    return (
      entries.some((entry) => /^annotations\/[^/]*\.json$|^[^/]+\/_annotations\.coco\.json$/.test(entry)) && 'perhaps'
    )
  },
  read: readCoco,
  besides: cocoFiles,
  write: writeCoco,
}
