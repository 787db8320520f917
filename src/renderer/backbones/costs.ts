import type { BackboneRow, BackbonesPage } from '../../contract/backbones.ts'

type ProjectPart = NonNullable<BackbonesPage['project']>

/** A specification without its views. */
export const plainOf = (specification: string): string => specification.replace(/(\+\w+)*$/, '')

/** Seconds to embed every image of the project; null if the speed hasn't been measured. */
export function secondsFor(row: BackboneRow, { images }: ProjectPart, looksEach = 1): number | null {
  return row.speed ? (images * looksEach) / row.speed.perSecond : null
}
