import type { Label, ProjectSummary } from '../../contract/schemas.ts'
import { actions } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import type { Dialog } from '../state/dialog.ts'
import { refreshStaleList } from '../state/events.ts'
import type { View } from '../state/filterText.ts'
import { currentIds, keys, queryClient } from '../state/queries.ts'
import { groundOf, labelByLabelId, modelVersion, openImageId } from '../state/screen.ts'
import { notify, showScreen, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { formatAddress, formatDialog, type Place, parseAddress, projectSign } from './address.ts'

/*
 * The screen is the source of truth, and the address follows it. The screen follows the address only after Back, Forward, or when an
 * address is opened.
 */

/** The history state that the browser keeps with an address. */
interface Entry {
  /** Identifies this step; it stays the same when the address is replaced. */
  id: string
  address: string
  /** The address that Back leads to; null if it isn't one of ours. */
  before: string | null
  /** The exact view: the address names labels, and those may be renamed. */
  view: View
}

/** Milliseconds. Browsers accept a few hundred changes in ten seconds and ignore the rest; a held arrow key makes more. */
const minorEvery = 250

interface Told extends Place {
  project: string | null
  stepped: boolean
}

/** The place that the address last stood for; null until there is a screen. */
let told: Told | null = null
/** We are going back ourselves: the address doesn't follow the screen until that is done. */
let isLeaving = false
let minor: ReturnType<typeof setTimeout> | undefined
/** A minor change that the address will follow within `minorEvery`. */
let late: Told | null = null
/** The current step: by the time Back is reported, the browser has already left it. */
let step = ''
/** Minor changes that were still pending when a step was left, by its id: the browser can't replace an entry it has left. */
const untold = new Map<string, Told>()
let steps = 0
/** Unique, also across reloads of the page. */
const newStep = (): string => `${performance.timeOrigin}-${++steps}`
let isScheduled = false
/** An address in a project that isn't open: it is shown once that project opens. */
let wanted: string | null = null

const projectNow = (): string | null => {
  const project = queryClient.getQueryData<ProjectSummary | null>(keys.project)
  return project ? projectSign(project.uuid) : null
}
const labelsNow = (): readonly Label[] => queryClient.getQueryData<Label[]>(keys.labels) ?? []
const entryNow = (): Entry | null => (history.state as { surmise?: Entry } | null)?.surmise ?? null

function placeNow(): Told {
  const { screen, stepped, filter, sort, dialog } = ui.get()
  return { screen, stepped, filter, sort, dialog, project: projectNow() }
}

/** Keeps the address in step with the screen, and the screen in step with Back and Forward. */
export function followAddress(): void {
  useUi.subscribe(() => {
    if (isScheduled) return
    isScheduled = true
    // Changes made together are one step.
    queueMicrotask(() => {
      isScheduled = false
      tell()
    })
  })
  window.addEventListener('popstate', () => {
    const left = takeLate()
    if (left) untold.set(step, left)
    if (isLeaving) {
      isLeaving = false
      step = entryNow()?.id ?? newStep()
      tell()
    } else void arrive(location.hash)
  })
  // In a browser, these keys already work.
  if (location.protocol !== 'surmise:') return
  window.addEventListener('mouseup', ({ button }) => {
    if (button === 3) history.back()
    else if (button === 4) history.forward()
  })
}

/** A project was opened or closed. The first time, the address says where to start. @param isFirst since the page was loaded */
export async function enter(isFirst: boolean): Promise<void> {
  const address = isFirst ? location.hash : wanted
  if (address) await arrive(address)
  else write('replace')
}

function tell(): void {
  if (told === null || isLeaving) return
  const now = placeNow()
  const kind = kindOfChange(told, now)
  if (kind === null) return
  if (kind === 'minor') {
    late = now
    minor ??= setTimeout(() => write('replace'), minorEvery)
    return
  }
  // A pending minor change belongs to the entry that Back will lead to.
  const left = takeLate()
  if (left) replace(left)
  const entry = entryNow()
  const address = formatAddress(now, now.project, labelsNow())
  if (kind !== 'replace' && entry?.before === address) {
    told = now
    isLeaving = true
    history.back()
  } else write(kind === 'step' ? 'push' : 'replace')
}

/** Back undoes a `step`; `leave` closes a dialog, which Back never reopens. */
function kindOfChange(from: Told, to: Told): 'step' | 'leave' | 'replace' | 'minor' | null {
  if (from.project !== to.project) return 'replace'
  const [left, open] = [formatDialog(from.dialog), formatDialog(to.dialog)]
  if (left !== open) return left ? (open ? 'replace' : 'leave') : 'step'
  if (groundOf(from.screen).kind !== groundOf(to.screen).kind) return 'step'
  if (labelByLabelId(from.screen) !== labelByLabelId(to.screen)) return 'step'
  const [one, other] = [openImageId(from.screen), openImageId(to.screen)]
  if (one !== other) return one !== null && other !== null && to.stepped ? 'minor' : 'step'
  if (from.sort !== to.sort) return 'step'
  if (from.filter !== to.filter) {
    const [before, after] = [from.filter, to.filter].map(({ text, ...others }) => ({ text, others }))
    const isTyping = before.text !== after.text && JSON.stringify(before.others) === JSON.stringify(after.others)
    return isTyping ? 'minor' : 'step'
  }
  return modelVersion(from.screen) !== modelVersion(to.screen) ? 'minor' : null
}

function write(how: 'push' | 'replace'): void {
  takeLate()
  const now = placeNow()
  const entry = entryNow()
  const address = formatAddress(now, now.project, labelsNow())
  told = now
  if (how === 'push' && entry?.address !== address) {
    step = newStep()
    history.pushState({ surmise: entryOf(now, address, entry?.address ?? '') }, '', urlOf(address))
  } else replace(now)
}

/** Cancels the pending minor change. @returns the place it was about */
function takeLate(): Told | null {
  clearTimeout(minor)
  minor = undefined
  const place = late
  late = null
  return place
}

function replace(place: Told): void {
  const entry = entryNow()
  const address = formatAddress(place, place.project, labelsNow())
  step = entry?.id ?? newStep()
  history.replaceState({ surmise: entryOf(place, address, entry?.before ?? null) }, '', urlOf(address))
}

const entryOf = ({ filter, sort }: Place, address: string, before: string | null): Entry => ({
  ...{ id: step, address, before, view: { filter, sort } },
})
const urlOf = (address: string): string => location.pathname + location.search + address

/** Shows what an address names. If that can't be shown, the screen stays as it is, with a notice that says why. */
async function arrive(hash: string): Promise<void> {
  const project = projectNow()
  if (project !== null && !queryClient.getQueryData(keys.labels)) {
    await queryClient.ensureQueryData({ queryKey: keys.labels, queryFn: () => client.labels.list() }).catch(() => null)
  }
  const entry = hash === location.hash ? entryNow() : null
  const last = entry && untold.get(entry.id)
  if (entry) untold.delete(entry.id)
  const read = parseAddress(last ? formatAddress(last, last.project, labelsNow()) : hash, labelsNow())
  wanted = null
  if (!read) notify('warning', texts.address.unknown)
  else if (read.project === project) {
    const view = last ?? entry?.view ?? read.view
    if (view === read.view && read.problem) notify('warning', read.problem)
    const { filter, sort } = view
    show({ screen: read.screen, dialog: read.dialog, filter, sort })
  } else if (read.project !== null) {
    notify('warning', texts.address.elsewhere)
    // Its project can still be opened.
    if (project === null) wanted = hash
  }
  write('replace')
}

function show({ filter, sort, screen, dialog }: Place): void {
  const before = ui.get()
  const isSameList = JSON.stringify([before.filter, before.sort]) === JSON.stringify([filter, sort])
  const [left, opened] = [openImageId(before.screen), openImageId(screen)]
  if (!isSameList) ui.set({ filter, sort, cursor: 0, selection: new Set() })
  showScreen(screen)
  // A dialog that is already open keeps what it started with.
  if (formatDialog(dialog) !== formatDialog(before.dialog))
    ui.set({ dialog: dialog && canOpen(dialog) ? dialog : null })
  // The cursor moves to the image that was left, or that is shown.
  const at = isSameList ? currentIds().indexOf(opened ?? left ?? -1) : -1
  if (at >= 0) ui.set({ cursor: at })
  if (left !== null && opened === null) refreshStaleList()
}

/** An address can't open what isn't available now; a notice says why. */
function canOpen({ kind }: Dialog): boolean {
  const ids: Record<string, string> = { relocate: 'locate', names: 'suggest-from-names' }
  const reason = actions.find(({ id }) => id === (ids[kind] ?? kind))?.whyNot()
  if (reason) notify('warning', { message: reason })
  return !reason
}
