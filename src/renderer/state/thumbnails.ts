import { useCallback, useSyncExternalStore } from 'react'
import { imageUrl } from '../../contract/contract.ts'
import { unpackThumbnails } from '../../contract/thumbnailPack.ts'
import { client } from '../bridge/client.ts'

/** Some 20 kB each. */
const mostKept = 600
const mostAtOnce = 400

interface Versioned {
  id: number
  version: string
}

/**
 * The thumbnails that are on screen, or were recently. Those that scroll into view together are fetched in one call, instead of one
 * browser request each; the address of a thumbnail holds the picture itself.
 */
class Thumbnails {
  readonly #known = new Map<number, { version: string; address: string }>()
  readonly #wanted = new Set<number>()
  readonly #asked = new Set<number>()
  readonly #listeners = new Map<number, Set<() => void>>()
  /** The version that is wanted. */
  readonly #awaited = new Map<number, string>()

  address({ id, version }: Versioned): string | undefined {
    const known = this.#known.get(id)
    return known?.version === version ? known.address : undefined
  }

  /** Requests it before its version is known: the image's row is on its way, too. */
  expect(ids: readonly number[]): void {
    for (const id of ids) if (!this.#known.has(id)) this.#want(id)
  }

  subscribe(image: Versioned, listener: () => void): () => void {
    const { id, version } = image
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(listener))
    this.#awaited.set(id, version)
    if (this.address(image) === undefined) this.#want(id)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      this.#listeners.delete(id)
      this.#awaited.delete(id)
    }
  }

  /** The connection is back. */
  askAgain(): void {
    for (const [id, version] of this.#awaited) if (this.address({ id, version }) === undefined) this.#want(id)
  }

  clear(): void {
    this.#known.clear()
  }

  #want(id: number): void {
    if (this.#asked.has(id)) return
    if (this.#wanted.size === 0) queueMicrotask(() => void this.#fetch())
    this.#wanted.add(id)
  }

  async #fetch(): Promise<void> {
    const ids = [...this.#wanted].slice(0, mostAtOnce)
    for (const id of ids) {
      this.#wanted.delete(id)
      this.#asked.add(id)
    }
    if (this.#wanted.size > 0) void this.#fetch()
    try {
      for (const { id, version, bytes } of await unpackThumbnails(await client.images.thumbnails({ ids }))) {
        this.#keep(id, version, `data:image/webp;base64,${bytes.toBase64()}`)
      }
      for (const id of ids) this.#fallBack(id)
    } catch {
      // The connection is down, or the project was closed: what is still on screen is fetched after that (`askAgain`).
    }
    for (const id of ids) this.#asked.delete(id)
    for (const id of ids) for (const listener of this.#listeners.get(id) ?? []) listener()
  }

  /** Not made yet, or not of the wanted version: the image route makes it. */
  #fallBack(id: number): void {
    const version = this.#awaited.get(id)
    if (version === undefined || this.#known.get(id)?.version === version) return
    this.#keep(id, version, imageUrl('', 'thumbnail', { id, version }))
  }

  #keep(id: number, version: string, address: string): void {
    this.#known.delete(id)
    this.#known.set(id, { version, address })
    for (const old of this.#known.keys()) {
      if (this.#known.size <= mostKept) break
      if (!this.#listeners.has(old)) this.#known.delete(old)
    }
  }
}

export const thumbnails = new Thumbnails()

/** The address of a thumbnail; undefined until it has arrived. */
export function useThumbnail({ id, version }: Versioned): string | undefined {
  return useSyncExternalStore(
    useCallback((listener) => thumbnails.subscribe({ id, version }, listener), [id, version]),
    () => thumbnails.address({ id, version }),
  )
}
