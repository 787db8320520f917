import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe } from 'vitest'

/** The reference data (fixtures, photos, backbones): beside the project, or where SURMISE_SHARED says. */
export const sharedFolder = path.resolve(process.env.SURMISE_SHARED ?? path.join(import.meta.dirname, '../../shared'))

export function sharedPath(...parts: string[]): string {
  return path.join(sharedFolder, ...parts)
}

/** `describe`, skipped by name where the shared data that it needs is not at hand. */
export function describeWithShared(name: string, needs: string[], body: () => void): void {
  const missing = needs.filter((part) => !existsSync(sharedPath(part)))
  describe.skipIf(missing.length > 0)(missing.length > 0 ? `${name} (needs shared ${missing.join(', ')})` : name, body)
}
