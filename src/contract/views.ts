/**
 * How an image is looked at: as it is; or mirrored left to right, too; or at the two ends of its longer side, too, undistorted; or
 * in four tiles, too, each of which is shown as large as the whole. With how many times the work of one look each way is.
 */
export const looksEach = { none: 1, flip: 2, crops: 3, 'flip+crops': 6, tiles: 5, 'flip+tiles': 10 } as const

export type ViewsChoice = keyof typeof looksEach

export const viewChoices = Object.keys(looksEach) as ViewsChoice[]
