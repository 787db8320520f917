import { useSyncExternalStore } from 'react'
import type { ImageRow } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { thumbnails } from './thumbnails.ts'

const mostKept = 4_000
const mostAtOnce = 400

/**
 * The rows of images that are on screen, or were recently. The grid asks for what it shows; what is missing is fetched in one call.
 * A row that has changed is shown as it was until the new one arrives.
 */
class Rows {
  readonly #rows = new Map<number, ImageRow>()
  readonly #stale = new Set<number>()
  readonly #wanted = new Set<number>()
  readonly #listeners = new Map<number, Set<() => void>>()
  #scheduled = false

  get = (id: number): ImageRow | undefined => this.#rows.get(id)

  subscribe(id: number, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(listener))
    this.#want(id)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(id)
    }
  }

  /** @param ids null: all */
  invalidate(ids: readonly number[] | null): void {
    for (const id of ids ?? this.#rows.keys()) this.#stale.add(id)
    for (const id of this.#listeners.keys()) this.#want(id)
  }

  clear(): void {
    this.#rows.clear()
    this.#stale.clear()
  }

  #want(id: number): void {
    if (this.#rows.has(id) && !this.#stale.has(id)) return
    this.#wanted.add(id)
    if (this.#scheduled) return
    this.#scheduled = true
    // Once everything that scrolled into view together has asked, and not a frame later.
    queueMicrotask(() => this.#fetch())
  }

  #fetch(): void {
    this.#scheduled = false
    // Scrolled past before it could be requested.
    const wanted = [...this.#wanted].filter((id) => this.#listeners.has(id))
    this.#wanted.clear()
    for (let at = 0; at < wanted.length; at += mostAtOnce) void this.#ask(wanted.slice(at, at + mostAtOnce))
  }

  async #ask(ids: number[]): Promise<void> {
    for (const id of ids) this.#stale.delete(id)
    thumbnails.expect(ids)
    try {
      const rows = await client.images.rows({ ids })
      for (const row of rows) {
        this.#rows.delete(row.id)
        this.#rows.set(row.id, row)
      }
    } catch {
      // The connection is down, or the project was closed: what is still on screen is fetched after that.
      for (const id of ids) this.#stale.add(id)
    }
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= mostKept) break
      if (!this.#listeners.has(id)) this.#rows.delete(id)
    }
    for (const id of ids) for (const listener of this.#listeners.get(id) ?? []) listener()
  }
}

export const rows = new Rows()

export function useRow(id: number): ImageRow | undefined {
  return useSyncExternalStore(
    (listener) => rows.subscribe(id, listener),
    () => rows.get(id),
  )
}
