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

/** What a dialog starts with when something was dropped into the window or couldn’t be opened. */
export interface Given {
  id: number
  path: string | null
  /** Shown in the dialog before the user goes on. */
  note: string | null
  /** The result so far. */
  error?: ErrorReport
}

/** The open dialog: at most one of these. */
export type Dialog =
  | { kind: DialogName; given?: Given }
  /** The properties of a label; null for a new one. */
  | { kind: 'label'; labelId: number | null }
