import { stat } from 'node:fs/promises'
import { UserError } from '../../base/errors.ts'
import { absolutePath } from '../../images/walk.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { requireImage } from './rows.ts'

/** Shows a file in the file manager of the machine the program runs on. @throws UserError `no-file-manager` */
export type Reveal = (file: string) => Promise<void>

/** Shows an image's file in its folder. @throws UserError `image-unknown`, `image-missing`, `no-file-manager` */
export async function revealImage(workspace: ReadableWorkspace, id: number, reveal: Reveal): Promise<void> {
  const file = absolutePath(workspace.requireImages(), requireImage(workspace, id).path)
  const isThere = await stat(file).then(
    () => true,
    () => false,
  )
  if (isThere) return reveal(file)
  throw new UserError(
    'image-missing',
    `The file no longer exists: ${file}`,
    'Rescan images, or relocate the image folder.',
  )
}
