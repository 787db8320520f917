import { ORPCError } from '@orpc/client'
import type { ActionResult, ProjectSummary, Sent } from '../../contract/schemas.ts'
import { ConnectionLost, client, connection, reportOf } from '../bridge/client.ts'
import { texts } from '../texts/index.ts'
import { keys, queryClient } from './queries.ts'
import { notify, ui } from './ui.ts'

/*
 * Decisions that the program hasn't confirmed as saved. They are sent at once; if the connection breaks, they are kept and sent again
 * in the same order once the program is back. Each has an id, so that one that was saved just before the break isn't repeated.
 */

interface Unsaved {
  sent: Sent
  projectName: string
  send: (sent: Sent) => Promise<ActionResult | null>
  resolve: (result: ActionResult | null) => void
  reject: (error: unknown) => void
  /** It was sent, but there was no response, or another project was open. */
  waits: boolean
}

const unsaved: Unsaved[] = []

/** Another project is open, or none: this one waits for its own. */
const waits = new Set(['project-changed', 'no-project'])

const projectNow = () => queryClient.getQueryData<ProjectSummary | null>(keys.project)

/** @returns the response once it is saved, however long that takes @throws if the program refuses it */
export function sendOnce<Result extends ActionResult | null>(send: (sent: Sent) => Promise<Result>): Promise<Result> {
  const project = projectNow()
  return new Promise<Result>((resolve, reject) => {
    const sent = { id: newId(), project: project?.uuid ?? '' }
    const one = {
      sent,
      projectName: project?.name ?? '',
      send,
      resolve: resolve as Unsaved['resolve'],
      reject,
      waits: false,
    }
    unsaved.push(one)
    tell()
    // Kept calls go first.
    if (connection.connected && !isFlushing) void attempt(one)
  })
}

/** The same for calls that make no sense later, such as undoing what can't be seen. @throws ConnectionLost */
export async function sendNow<Result extends ActionResult | null>(
  send: (sent: Sent) => Promise<Result>,
): Promise<Result> {
  if (!connection.connected) throw new ConnectionLost()
  return sendOnce(send)
}

let isFlushing = false

/** Sends what belongs to the open project, in order: the program is back, or another project was opened. @returns when done */
export async function flush(): Promise<void> {
  if (isFlushing || unsaved.length === 0 || !connection.connected) return
  isFlushing = true
  const line = connection.lines
  const tried = new Set<Unsaved>()
  try {
    const project = await client.project.current()
    for (;;) {
      // New calls queue up behind it.
      const next = unsaved.filter((one) => one.sent.project === project?.uuid && !tried.has(one))
      if (next.length === 0) break
      for (const one of next) tried.add(one)
      await Promise.all(next.map(attempt))
    }
    sayWhatWaits(project?.uuid)
  } catch {
    // The connection broke again.
  } finally {
    isFlushing = false
  }
  if (connection.lines !== line) await flush()
}

/** After a restart, the project may open only a moment after the program answers. @param project its uuid */
export async function flushFor(project: string): Promise<void> {
  if (unsaved.some((one) => one.waits && one.sent.project === project)) await flush()
}

function sayWhatWaits(project: string | undefined): void {
  const waiting = unsaved.filter(({ sent }) => sent.project !== project)
  if (waiting.length > 0) notify('warning', texts.connection.waits(waiting.length, waiting[0].projectName))
}

/** @returns once the outcome is known, or that it has to be sent again */
async function attempt(one: Unsaved): Promise<void> {
  const line = connection.lines
  one.waits = false
  try {
    const result = await one.send(one.sent)
    done(one)
    one.resolve(result)
  } catch (error) {
    if (error instanceof ORPCError) {
      if (waits.has(reportOf(error).code)) return wait(one)
    } else {
      // The loss of the connection is noticed a moment later.
      await new Promise((resolve) => setTimeout(resolve))
      if (error instanceof ConnectionLost || !connection.connected || connection.lines !== line) return wait(one)
    }
    done(one)
    one.reject(error)
  }
}

function wait(one: Unsaved): void {
  one.waits = true
  tell()
}

function done(one: Unsaved): void {
  unsaved.splice(unsaved.indexOf(one), 1)
  tell()
}

function tell(): void {
  const waiting = connection.connected ? unsaved.filter((one) => one.waits) : unsaved
  if (ui.get().unsaved !== waiting.length) ui.set({ unsaved: waiting.length })
}

/** A page that was loaded over an unencrypted network has no `randomUUID`. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Counts what can't be saved yet, and asks before the page is closed meanwhile. */
export function guardUnsaved(): void {
  connection.onChange(tell)
  window.addEventListener('beforeunload', (event) => {
    if (ui.get().unsaved > 0) event.preventDefault()
  })
}
