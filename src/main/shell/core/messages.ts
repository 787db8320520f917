import type { z } from 'zod'
import type { MenuAction } from '../../../contract/desktop.ts'
import type { ErrorReport, pickInput } from '../../../contract/schemas.ts'

/** A message of the contract: text, or bytes if it includes a file. */
export type LineData = string | Uint8Array

/** From Electron's main process to the core. The main process numbers lines and images. */
export type ToCore =
  /** Connects a page, or the main process itself, with the contract. */
  | { kind: 'open-line'; line: number }
  | { kind: 'line'; line: number; data: LineData }
  | { kind: 'close-line'; line: number }
  | { kind: 'image'; id: number; url: string; method: string; headers: Record<string, string> }
  /** The rest of the image is no longer needed. */
  | { kind: 'stop-image'; id: number }
  | { kind: 'answer'; id: number; result: string | null }
  | { kind: 'refusal'; id: number; report: ErrorReport }
  /** An item of the menu bar was chosen. */
  | { kind: 'action'; id: string }
  /** Files from the system that aren't projects. */
  | { kind: 'give'; files: string[] }
  | { kind: 'clear-recent' }
  | { kind: 'stop' }

/** From the core to Electron's main process. */
export type FromCore =
  | { kind: 'ready' }
  | { kind: 'line'; line: number; data: LineData }
  | { kind: 'image-head'; id: number; status: number; headers: [string, string][]; hasBody: boolean }
  | { kind: 'image-part'; id: number; bytes: Uint8Array }
  | { kind: 'image-end'; id: number; failed: boolean }
  | { kind: 'ask'; id: number; question: Question }
  | { kind: 'menu'; actions: MenuAction[] }

/** Something only Electron can do. The answer is a path or null. */
export type Question =
  | { what: 'pick'; input: z.infer<typeof pickInput> }
  /** Shows the file in the file manager. */
  | { what: 'reveal'; file: string }
