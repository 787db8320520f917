import type { ErrorReport } from '../../contract/schemas.ts'

export const dialogNames = [
  'export',
  'export-model',
  'report',
  'import',
  'merge',
  'settings',
  'keys',
  'palette',
  'bulk',
  'history',
  'progress',
  'backups',
  'new-project',
  'open-project',
  'doctor',
  'backbones',
  'relocate',
  'names',
] as const
export type DialogName = (typeof dialogNames)[number]

/** What a dialog begins with, where something was dropped into the window or could not be opened. */
export interface Given {
  id: number
  path: string | null
  /** Worth knowing before one goes on. */
  note: string | null
  /** What came of it so far. */
  error?: ErrorReport
}

/** What lies over the screen: at most one of these. */
export type Dialog =
  | { kind: DialogName; given?: Given }
  /** The properties of a label; null for a new one. */
  | { kind: 'label'; labelId: number | null }
