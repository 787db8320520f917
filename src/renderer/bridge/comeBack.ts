import { proofText } from '../../contract/handshake.ts'

/** This browser proves that it was let in before with a key that scripts can't read and that never leaves it. */
interface Kept {
  id: string
  key: CryptoKey
}

/** Milliseconds, at most: a server that accepts a call and never answers must not keep the page from retrying. */
const answerTakes = 20_000

const [database, store, entry] = ['surmise', 'browser', 'key']

/** Without storage, the key lasts until the page is closed. */
let kept: Kept | null = null

/** Registers a key for a browser that has just been let in. @throws what `fetch` throws */
export async function keepKey(): Promise<void> {
  if (!canProve()) return
  const response = await fetch('/session/key', { method: 'POST' })
  if (response.status !== 200) return
  const { id, secret } = (await response.json()) as { id: string; secret: string }
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  kept = { id, key: await crypto.subtle.importKey('raw', bytesOf(secret), algorithm, false, ['sign', 'verify']) }
  await stored((keys) => keys.put(kept, entry), 'readwrite').catch(() => undefined)
}

/**
 * Verifies that Surmise is what answers here, and logs this browser in again. Nothing of value leaves the page before that: whoever
 * took the port while the program was away gets numbers that are of no use to them.
 * @returns false if that can't be verified @throws if nothing answers
 */
export async function comeBack(): Promise<boolean> {
  // Over an unencrypted network, browsers offer no such keys; anyone on the path could read along anyway.
  if (!canProve()) return true
  // Another window may have registered a new key.
  kept = (await stored<Kept | undefined>((keys) => keys.get(entry), 'readonly').catch(() => undefined)) ?? kept
  if (!kept) return false
  const { id, key } = kept
  const mine = textOf(crypto.getRandomValues(new Uint8Array(32)))
  // Without the cookie, which would go to whoever listens at this port.
  const greeted = await post('/session/greet', { id, nonce: mine }, 'omit')
  if (greeted.status === 429) throw new Error('Too many ask at once')
  if (!greeted.ok) return false
  const { nonce, proof } = (await greeted.json()) as { nonce: string; proof: string }
  const text = (side: 'server' | 'page') => new TextEncoder().encode(proofText(side, portNow(), mine, nonce))
  if (!(await crypto.subtle.verify('HMAC', key, bytesOf(proof), text('server')))) return false
  const own = textOf(new Uint8Array(await crypto.subtle.sign('HMAC', key, text('page'))))
  return (await post('/session/prove', { nonce, proof: own }, 'same-origin')).ok
}

const canProve = (): boolean => globalThis.crypto?.subtle !== undefined
const portNow = (): number => Number(location.port) || (location.protocol === 'https:' ? 443 : 80)

function post(path: string, content: unknown, credentials: RequestCredentials): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  const signal = AbortSignal.timeout(answerTakes)
  return fetch(path, { method: 'POST', body: JSON.stringify(content), headers, credentials, cache: 'no-store', signal })
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}

function textOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The browser stores the key as a handle, never its bytes. @throws if it has no storage */
function stored<Result>(work: (keys: IDBObjectStore) => IDBRequest, mode: IDBTransactionMode): Promise<Result> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(store)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const asked = work(opening.result.transaction(store, mode).objectStore(store))
      asked.onerror = () => reject(asked.error)
      asked.onsuccess = () => {
        resolve(asked.result as Result)
        opening.result.close()
      }
    }
  })
}
