import type { ExportSource } from '../records.ts'
import { stemOf } from './match.ts'

/**
 * What formats call images that name them without their extension: the path up to the extension where that is unique, else the
 * whole path. No two images have the same.
 */
export class ImageIds {
  readonly #stems = new Map<string, number>()
  readonly #paths = new Set<string>()

  static async of(source: ExportSource): Promise<ImageIds> {
    const ids = new ImageIds()
    for (const readable of [true, false]) {
      for await (const { image } of source.images({ readable, states: 'none' })) {
        const stem = stemOf(image.path)
        ids.#paths.add(image.path)
        ids.#stems.set(stem, (ids.#stems.get(stem) ?? 0) + 1)
      }
    }
    return ids
  }

  idOf(path: string): string {
    const stem = stemOf(path)
    return this.#stems.get(stem) === 1 && (stem === path || !this.#paths.has(stem)) ? stem : path
  }
}

export const equalStems = 'Names that differ only by extension: written with it, because this format ignores it'
