import { client } from '../bridge/client.ts'
import { notifyError, ui } from './ui.ts'

/** The keys that a person has chosen; the rest keep those they came with. */
export async function loadKeys(): Promise<void> {
  try {
    ui.set({ keyMap: (await client.app.preferences()).keys })
  } catch (error) {
    notifyError(error)
  }
}

/** In force at once, and kept. @throws what the call throws; the keys are as before then */
export async function saveKeys(keys: Record<string, string[]>): Promise<void> {
  const before = ui.get().keyMap
  ui.set({ keyMap: keys })
  try {
    await client.app.setPreferences({ keys })
  } catch (error) {
    ui.set({ keyMap: before })
    throw error
  }
}
