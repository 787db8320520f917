/** The screens of an open project other than an image: an image is opened from one, and closes to it. */
export type Ground =
  | { kind: 'grid' }
  | { kind: 'labelByLabel'; labelId: number }
  /** @property version the model shown; null for the current one */
  | { kind: 'model'; version: number | null }

/** The screen of an open project: exactly one of these, each with an address (address/address.ts). */
export type Screen = Ground | { kind: 'image'; imageId: number; over: Ground }

export const grid: Ground = { kind: 'grid' }

/** The screen under the open image, or the screen itself. */
export const groundOf = (screen: Screen): Ground => (screen.kind === 'image' ? screen.over : screen)

/** The open image; null while none is. */
export const openImageId = (screen: Screen): number | null => (screen.kind === 'image' ? screen.imageId : null)

/** The label of label by label, also while one of its images is open. */
export function labelByLabelId(screen: Screen): number | null {
  const ground = groundOf(screen)
  return ground.kind === 'labelByLabel' ? ground.labelId : null
}

/** The version on the model page, also while one of its images is open; null for the current model, or without a model page. */
export function modelVersion(screen: Screen): number | null {
  const ground = groundOf(screen)
  return ground.kind === 'model' ? ground.version : null
}
