import type { BrowserWindow, Dialog } from 'electron'
import type { z } from 'zod'
import type { pickInput } from '../../../contract/schemas.ts'

/** Shows one of the system's file dialogs. @returns null if it was closed without a choice */
export async function pick(
  dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>,
  window: BrowserWindow | undefined,
  { kind, title, defaultPath, extensions }: z.infer<typeof pickInput>,
): Promise<string | null> {
  const filters = extensions?.length ? [{ name: title, extensions }] : undefined
  const options = { title, defaultPath, filters }
  if (kind === 'save-file') {
    const { canceled, filePath } = await (window
      ? dialog.showSaveDialog(window, options)
      : dialog.showSaveDialog(options))
    return canceled || !filePath ? null : filePath
  }
  const properties: ('openDirectory' | 'openFile' | 'createDirectory')[] =
    kind === 'folder' ? ['openDirectory', 'createDirectory'] : ['openFile']
  const wanted = { ...options, properties }
  const { canceled, filePaths } = await (window ? dialog.showOpenDialog(window, wanted) : dialog.showOpenDialog(wanted))
  return canceled ? null : (filePaths[0] ?? null)
}
