import type { Label } from '../../contract/schemas.ts'
import { formatView, parseView, type TextProblem, type View } from '../state/filterText.ts'
import { type DialogName, dialogNames, type Ui } from '../state/ui.ts'

/** What of a screen is in its address. */
export type Place = Pick<
  Ui,
  'imageId' | 'modelPage' | 'shownModel' | 'labelByLabelId' | 'filter' | 'sort' | 'dialog' | 'editedLabel'
>

/** Read from an address: `view` by itself, since it names labels, and one may be gone. */
export interface Read {
  /** As `projectSign` makes it; null for the start screen. */
  project: string | null
  place: Omit<Place, 'filter' | 'sort'>
  view: View
  /** Why the view could not be read; then it shows every image. */
  problem: TextProblem | null
}

/** An address is of one project: the same numbers are other images elsewhere. */
export const projectSign = (uuid: string): string => uuid.replaceAll('-', '').slice(0, 8)

/**
 * The address of a screen within the page: `#/3f2a9c1e/image/12?label=dog:unknown&open=settings`. Empty for the start screen.
 * @param project as `projectSign` makes it; null while none is open
 */
export function addressOf(place: Place, project: string | null, labels: readonly Label[]): string {
  const { dialog, editedLabel } = place
  const open = editedLabel === 0 ? 'new-label' : editedLabel !== null ? `label-${editedLabel}` : dialog
  const view = project === null ? '' : formatView(place, labels).slice(1)
  const query = [view, open && `open=${open}`].filter(Boolean).join('&')
  const path = project === null ? '' : `${project}/${screenOf(place)}`
  return path || query ? `#/${path}${query && `?${query}`}` : ''
}

function screenOf({ imageId, modelPage, shownModel, labelByLabelId }: Place): string {
  const under = modelPage
    ? shownModel === null
      ? 'model'
      : `model/${shownModel}`
    : labelByLabelId !== null
      ? `label-by-label/${labelByLabelId}`
      : ''
  const image = imageId === null ? '' : `image/${imageId}`
  return [under, image].filter(Boolean).join('/') || 'images'
}

const screens =
  /^(?:\/images|(?<model>\/model)(?:\/(?<version>\d{1,15}))?|\/label-by-label\/(?<label>\d{1,15}))?(?:\/image\/(?<image>\d{1,15}))?$/
const addresses = /^(?:#\/?)?(?:(?<project>[\da-f]{8})(?<screen>\/[a-z\d/-]+))?(?:\?(?<query>.*))?$/

/** @returns undefined for what is no address of a screen */
export function readAddress(address: string, labels: readonly Label[]): Read | undefined {
  const parts = addresses.exec(address)?.groups
  const screen = parts && screens.exec(parts.screen ?? '/images')?.groups
  if (!parts || !screen) return undefined
  const conditions = (parts.query ?? '').split('&').filter(Boolean)
  const open = conditions.find((one) => one.startsWith('open='))?.slice('open='.length) ?? ''
  const edited = /^label-(\d{1,15})$/.exec(open)?.[1]
  const read = parseView(conditions.filter((one) => !one.startsWith('open=')).join('&'), labels)
  return {
    project: parts.project ?? null,
    place: {
      imageId: numberOf(screen.image),
      modelPage: screen.model !== undefined,
      shownModel: numberOf(screen.version),
      labelByLabelId: numberOf(screen.label),
      dialog: isDialog(open) ? open : null,
      editedLabel: open === 'new-label' ? 0 : numberOf(edited),
    },
    view: 'view' in read ? read.view : { filter: {}, sort: { by: 'path' } },
    problem: 'problem' in read ? read.problem : null,
  }
}

const isDialog = (name: string): name is DialogName => (dialogNames as readonly string[]).includes(name)
const numberOf = (text: string | undefined): number | null => (text === undefined ? null : Number(text))
