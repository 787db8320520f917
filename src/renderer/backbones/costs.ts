import type { BackboneRow, BackbonesPage } from '../../preload/backbones.ts'

type ProjectPart = NonNullable<BackbonesPage['project']>

/** How many looks at an image each way of looking takes. */
export const looks = { none: 1, flip: 2, crops: 3, 'flip+crops': 6 } as const

/** A specification without its views. */
export const plainOf = (specification: string): string => specification.replace(/(\+flip)?(\+crops)?$/, '')

/** How long looking at every image of the project would take; null where its speed was not measured. */
export function secondsFor(row: BackboneRow, { images }: ProjectPart, looksEach = 1): number | null {
  return row.speed ? (images * looksEach) / row.speed.perSecond : null
}
