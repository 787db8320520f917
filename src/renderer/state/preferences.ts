import { actionToday } from '../../contract/oldWords.ts'
import { client } from '../bridge/client.ts'
import { loadRemembered, remembered } from './remembered.ts'
import { notifyError, type Theme, ui } from './ui.ts'

/** Personal settings: changed shortcuts, panel widths, whether the tour was taken. */
export async function loadPreferences(): Promise<void> {
  try {
    const [{ keys, panels, tourSeen }] = await Promise.all([client.app.preferences(), loadRemembered()])
    ui.set({ keyMap: keysToday(keys), panels, tourSeen, ...asItWas() })
  } catch (error) {
    notifyError(error)
  } finally {
    // Without them, the defaults apply.
    ui.set({ preferencesRead: true })
  }
}

const keysToday = (keys: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(keys).map(([id, own]) => [actionToday(id), own]))

const asItWas = () => ({
  goesOn: remembered('goesOn', false),
  firstSteps: remembered('firstSteps', true),
  tileSize: remembered('tileSize', 184),
  theme: remembered<Theme>('theme', 'system'),
})

/** Applies shortcuts at once, and saves them. @throws what the call throws; the shortcuts are reverted then */
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

/** Saves the current panel widths. */
export function savePanels(): void {
  client.app.setPreferences({ panels: { ...ui.get().panels } }).catch(notifyError)
}
