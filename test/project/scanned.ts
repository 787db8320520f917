import { createHash } from 'node:crypto'
import type { ScannedImage } from '../../src/main/project/images/scan.ts'

/** What a scan would tell of a file. @param content stands for its bytes */
export function scanned(file: string, content = file): ScannedImage {
  return {
    path: file,
    width: 640,
    height: 480,
    orientation: 1,
    size: 1000 + content.length,
    mtimeMs: 1_700_000_000_000,
    sha256: createHash('sha256').update(content).digest('hex'),
    status: 'ok',
    reason: '',
    reasonCode: '',
  }
}
