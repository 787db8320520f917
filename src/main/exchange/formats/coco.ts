import { cocoFiles, writeCoco } from './coco/export.ts'
import { annotationsSetting, isAnnotationFile, readCoco } from './coco/import.ts'
import { cocoEvidence, hasSections } from './coco/looks.ts'
import type { Format } from './format.ts'

export const coco: Format = {
  id: 'coco',
  title: 'COCO JSON',
  says: { absent: true, unlabelled: true, provenance: 'all', suggestions: true },
  limits:
    'Stores everything. Files from other programs don’t say what is absent, so you’re asked. Captions are left out. A list of results holds suggestions.',
  checked: 'round trip; a real file of instances; pycocotools, torchvision and LightlyStudio read what is written',
  extensions: ['.json'],
  reads: 'file or folder',
  writes: 'file or folder',
  images: 'optional',
  settings: [annotationsSetting],
  recognises: ({ isFolder, json, inside }) => {
    if (!isFolder) return cocoEvidence(json)
    const found = [...inside].find(([entry, { json }]) => isAnnotationFile(entry) && hasSections(json))
    if (!found) return undefined
    const { score } = cocoEvidence(found[1].json)!
    return { score, because: `${found[0]} has COCO’s sections`, reads: isAnnotationFile }
  },
  read: readCoco,
  besides: cocoFiles,
  write: writeCoco,
}
