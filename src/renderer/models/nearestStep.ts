import type { ModelCurves } from '../../contract/models.ts'

export interface Scales {
  /** Converts a share to CSS pixels. */
  x: (share: number) => number
  y: (share: number) => number
}

/** The threshold step whose point on the curve is nearest to a position in pixels. */
export function nearestStep(
  { precision, recall }: Pick<NonNullable<ModelCurves['thresholds']>, 'precision' | 'recall'>,
  place: { x: number; y: number },
  { x, y }: Scales,
): number {
  let best = { step: 0, distance: Number.POSITIVE_INFINITY }
  precision.forEach((p, step) => {
    if (p === null) return
    const distance = Math.hypot(x(recall[step]) - place.x, y(p) - place.y)
    if (distance < best.distance) best = { step, distance }
  })
  return best.step
}
