/** What fills the window while a project is open, but for an image: what an image was opened from, and closes to. */
export type Ground =
  | { kind: 'grid' }
  | { kind: 'labelByLabel'; labelId: number }
  /** @property version the model shown; null: the one that suggests now */
  | { kind: 'model'; version: number | null }

/** What fills the window while a project is open: exactly one of these, and each has an address (address/address.ts). */
export type Screen = Ground | { kind: 'image'; imageId: number; over: Ground }

export const grid: Ground = { kind: 'grid' }

/** What is under the open image, or else the screen itself. */
export const groundOf = (screen: Screen): Ground => (screen.kind === 'image' ? screen.over : screen)

/** The open image; null while none is. */
export const openImageId = (screen: Screen): number | null => (screen.kind === 'image' ? screen.imageId : null)

/** The label that is gone through label by label, also while one of its images is open. */
export function labelByLabelId(screen: Screen): number | null {
  const ground = groundOf(screen)
  return ground.kind === 'labelByLabel' ? ground.labelId : null
}

/** The version on the model page, also while one of its images is open; null: the one that suggests, or no model page. */
export function modelVersion(screen: Screen): number | null {
  const ground = groundOf(screen)
  return ground.kind === 'model' ? ground.version : null
}
