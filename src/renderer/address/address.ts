import type { Label } from '../../contract/schemas.ts'
import { type Dialog, type DialogName, dialogNames } from '../state/dialog.ts'
import { formatView, parseView, type TextProblem, type View } from '../state/filterText.ts'
import { type Ground, grid, groundOf, type Screen } from '../state/screen.ts'

/** The part of the window's state that is in its address. */
export interface Place extends View {
  screen: Screen
  /** Without what it started with, such as a dropped file. */
  dialog: Dialog | null
}

/** Read from an address. The view is separate, since it names labels that may no longer exist. */
export interface Parsed {
  /** As `projectSign` makes it; null for the start screen. */
  project: string | null
  screen: Screen
  dialog: Dialog | null
  view: View
  /** Why the view couldn't be read; then every image is shown. */
  problem: TextProblem | null
}

/** Ties an address to its project: in another one, the same numbers mean other images. */
export const projectSign = (uuid: string): string => uuid.replaceAll('-', '').slice(0, 8)

/**
 * The address of a place within the page: `#/3f2a9c1e/image/12?label=dog:unknown&open=settings`. Empty for the start screen.
 * @param project as `projectSign` makes it; null while none is open
 */
export function formatAddress(place: Place, project: string | null, labels: readonly Label[]): string {
  const view = project === null ? '' : formatView(place, labels).slice(1)
  const open = formatDialog(place.dialog)
  const query = [view, open && `open=${open}`].filter(Boolean).join('&')
  const path = project === null ? '' : `${project}/${formatScreen(place.screen)}`
  return path || query ? `#/${path}${query && `?${query}`}` : ''
}

function formatScreen(screen: Screen): string {
  const ground = formatGround(groundOf(screen))
  const image = screen.kind === 'image' ? `image/${screen.imageId}` : ''
  return [ground, image].filter(Boolean).join('/') || 'images'
}

function formatGround(ground: Ground): string {
  switch (ground.kind) {
    case 'grid':
      return ''
    case 'labelByLabel':
      return `label-by-label/${ground.labelId}`
    case 'model':
      return ground.version === null ? 'model' : `model/${ground.version}`
  }
}

/** Empty without a dialog. */
export function formatDialog(dialog: Dialog | null): string {
  if (dialog === null) return ''
  if (dialog.kind !== 'label') return dialog.kind
  return dialog.labelId === null ? 'new-label' : `label-${dialog.labelId}`
}

const addresses = /^(?:#\/?)?(?:(?<project>[\da-f]{8})(?<screen>\/[a-z\d/-]+))?(?:\?(?<query>.*))?$/
const screens =
  /^(?:\/images|(?<model>\/model)(?:\/(?<version>\d{1,15}))?|\/label-by-label\/(?<label>\d{1,15}))?(?:\/image\/(?<image>\d{1,15}))?$/

/** Reads what `formatAddress` writes. @returns undefined if it isn't the address of a place */
export function parseAddress(address: string, labels: readonly Label[]): Parsed | undefined {
  const parts = addresses.exec(address)?.groups
  const screen = parts && parseScreen(parts.screen ?? '/images')
  if (!parts || !screen) return undefined
  const conditions = (parts.query ?? '').split('&').filter(Boolean)
  const open = conditions.find((one) => one.startsWith('open='))?.slice('open='.length) ?? ''
  const read = parseView(conditions.filter((one) => !one.startsWith('open=')).join('&'), labels)
  return {
    ...{ project: parts.project ?? null, screen, dialog: parseDialog(open) },
    view: 'view' in read ? read.view : { filter: {}, sort: { by: 'path' } },
    problem: 'problem' in read ? read.problem : null,
  }
}

function parseScreen(text: string): Screen | undefined {
  const parts = screens.exec(text)?.groups
  if (!parts) return undefined
  const ground: Ground = parts.model
    ? { kind: 'model', version: parts.version === undefined ? null : Number(parts.version) }
    : parts.label === undefined
      ? grid
      : { kind: 'labelByLabel', labelId: Number(parts.label) }
  return parts.image === undefined ? ground : { kind: 'image', imageId: Number(parts.image), over: ground }
}

function parseDialog(text: string): Dialog | null {
  if (text === 'new-label') return { kind: 'label', labelId: null }
  const labelId = /^label-(\d{1,15})$/.exec(text)?.[1]
  if (labelId !== undefined) return { kind: 'label', labelId: Number(labelId) }
  return isDialog(text) ? { kind: text } : null
}

const isDialog = (name: string): name is DialogName => (dialogNames as readonly string[]).includes(name)
