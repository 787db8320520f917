/**
 * How an image is looked at: as it is; or mirrored left to right, too; or at the two ends of its longer side, too, undistorted; or
 * in four tiles, too, each of which is shown as large as the whole. With how many times the work of one look each way is.
 */
export const looksEach = { none: 1, flip: 2, crops: 3, 'flip+crops': 6, tiles: 5, 'flip+tiles': 10 } as const

export type ViewsChoice = keyof typeof looksEach

export const viewChoices = Object.keys(looksEach) as ViewsChoice[]

/** The views behind a backbone's name. */
const viewsBehind = /(\+flip)?(\+(crops|tiles))?$/

/** The same backbone, looking at images in this way. */
export function withViews(specification: string, views: ViewsChoice): string {
  return specification.replace(viewsBehind, '') + (views === 'none' ? '' : `+${views}`)
}

/** How the backbone so named looks at images. */
export function viewsOf(specification: string): ViewsChoice {
  const behind = viewsBehind.exec(specification)?.[0] ?? ''
  return viewChoices.find((choice) => `+${choice}` === behind) ?? 'none'
}
