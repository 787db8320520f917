import type { BackboneRow, BackbonesPage } from '../../contract/backbones.ts'

type ProjectPart = NonNullable<BackbonesPage['project']>

/** A specification without its views. */
export const plainOf = (specification: string): string => specification.replace(/(\+\w+)*$/, '')

/** How long looking at every image of the project would take; null where its speed was not measured. */
export function secondsFor(row: BackboneRow, { images }: ProjectPart, looksEach = 1): number | null {
  return row.speed ? (images * looksEach) / row.speed.perSecond : null
}
