import { proofText } from '../../contract/handshake.ts'

/** How this browser proves to the program that it was let in before: by a key that nothing can read, and that never leaves it. */
interface Kept {
  id: string
  key: CryptoKey
}

/** In milliseconds, at most: whoever took a call and never answers it must not keep the page from trying again. */
const answerTakes = 20_000

const [database, store, entry] = ['surmise', 'browser', 'key']

/** Where the page can't keep it, it lasts until the page is closed. */
let kept: Kept | null = null

/** A browser that has just been let in is given a key, once. @throws what fetching throws */
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
 * Makes sure that it is the program that answers here, and lets this browser in again. Until then nothing that is worth anything
 * leaves the page: whoever took the port while the program was away gets numbers that they can’t use.
 * @returns false where that can't be made sure of @throws where nobody answers
 */
export async function comeBack(): Promise<boolean> {
  // Over a network without encryption a browser has no such keys: whoever is on the way could read along anyway.
  if (!canProve()) return true
  // Another window may have been let in anew.
  kept = (await stored<Kept | undefined>((keys) => keys.get(entry), 'readonly').catch(() => undefined)) ?? kept
  if (!kept) return false
  const { id, key } = kept
  const mine = textOf(crypto.getRandomValues(new Uint8Array(32)))
  // Without the cookie: that goes to whoever listens at this port.
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

/** The browser keeps the key itself, and not what it is made of. @throws where it keeps nothing */
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
