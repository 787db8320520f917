import { writeCoco } from './cocoExport.ts'
import { readCoco } from './cocoImport.ts'
import type { Format } from './formats.ts'

export const coco: Format = {
  id: 'coco',
  title: 'COCO JSON',
  extensions: ['.json'],
  limits: 'Says everything. In files of other programs what is absent is not told.',
  read: readCoco,
  write: writeCoco,
}
