import type { RandomState } from '../../base/random.ts'
import { Brush, ellipse, gradient, height, hsl, path, placed, rectangle, ridge, width } from './brush.ts'
import type { Scene, Time } from './scene.ts'
import { bird, boat, car, cloud, dog, fir, flower, house, moon, standing, stars, sun, tree } from './things.ts'

const skies: Record<Time, [top: number[], middle: number[], bottom: number[]][]> = {
  day: [
    [
      [208, 68, 58],
      [204, 72, 74],
      [198, 70, 90],
    ],
    [
      [212, 50, 62],
      [208, 42, 78],
      [40, 55, 92],
    ],
    [
      [205, 28, 68],
      [205, 24, 80],
      [200, 20, 90],
    ],
  ],
  dusk: [
    [
      [250, 32, 38],
      [345, 48, 60],
      [28, 88, 70],
    ],
    [
      [225, 38, 42],
      [15, 62, 64],
      [42, 90, 74],
    ],
  ],
  night: [
    [
      [228, 52, 10],
      [226, 46, 18],
      [222, 38, 28],
    ],
    [
      [250, 40, 11],
      [240, 36, 19],
      [230, 32, 30],
    ],
  ],
}

/** The picture of a scene, as SVG. */
export function paint(scene: Scene, random: RandomState): string {
  const brush = new Brush(random, scene.time)
  const { labels, place, time } = scene
  const sky = brush.one(skies[time]).map(([h, s, l]) => hsl(h + brush.between(-6, 6), s, l + brush.between(-3, 3)))
  const horizon = brush.between(220, 290)
  const defs = gradient('sky', sky[0], sky[2], sky[1])
  const layers = [
    rectangle(0, 0, width, height, 'url(#sky)'),
    labels.has('stars') ? stars(brush) : '',
    labels.has('sun')
      ? placed(
          brush.between(70, 570),
          time === 'dusk' ? horizon - brush.between(55, 120) : brush.between(50, 130),
          brush.between(0.75, 1.15),
          sun(brush),
        )
      : '',
    labels.has('moon')
      ? placed(brush.between(70, 570), brush.between(50, 140), brush.between(0.7, 1.1), moon(brush))
      : '',
    ...(labels.has('cloud')
      ? Array.from({ length: brush.whole(1, 4) }, () =>
          placed(brush.between(60, 580), brush.between(45, 170), brush.between(0.6, 1.25), cloud(brush)),
        )
      : []),
    land(scene, brush, horizon),
    things(scene, brush, horizon),
    ...(labels.has('bird')
      ? Array.from({ length: brush.whole(1, 4) }, () =>
          placed(brush.between(60, 580), brush.between(60, horizon - 25), brush.between(0.6, 1.1), bird(brush)),
        )
      : []),
  ]
  // Images of the same place share only its layers; everything else varies.
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" data-place="${place}"><defs>${defs}</defs>${layers.join('')}</svg>`
}

function land({ place, labels }: Scene, brush: Brush, horizon: number): string {
  const snowy = labels.has('snow')
  const ground = snowy ? brush.colour(210, 24, 92, 3) : brush.colour(brush.between(80, 115), 38, 48)
  const near = snowy ? brush.colour(212, 20, 96, 2) : brush.colour(brush.between(80, 110), 40, 40)
  const hills = ridge(
    brush,
    horizon,
    60,
    5,
    snowy ? brush.colour(214, 22, 84) : brush.colour(brush.between(110, 160), 26, 50),
  )
  const parts: string[] = []
  if (place === 'coast' || place === 'lake') {
    parts.push(
      place === 'lake'
        ? mountains(brush, horizon, snowy)
        : brush.chance(0.4)
          ? ridge(brush, horizon + 6, 40, 4, brush.colour(150, 20, 46))
          : '',
    )
    parts.push(sea(brush, horizon))
    if (labels.has('beach')) {
      const shore = brush.between(370, 405)
      parts.push(
        ridge(brush, shore - 6, 18, 3, hsl(200, 30, brush.time === 'night' ? 40 : 90)),
        ridge(brush, shore, 18, 3, brush.colour(42, 55, 76)),
      )
    } else if (place === 'lake') parts.push(ridge(brush, 425, 22, 4, near))
  } else {
    parts.push(hills, ridge(brush, horizon + 45, 28, 4, ground), ridge(brush, 400, 20, 3, near))
  }
  if (labels.has('road')) parts.push(road(brush, horizon))
  return parts.join('')
}

function mountains(brush: Brush, horizon: number, snowy: boolean): string {
  return [0, 1, 2]
    .map(() => {
      const [x, half, peak] = [brush.between(60, 580), brush.between(120, 200), brush.between(110, 170)]
      const rock = brush.colour(220, 14, 52)
      const cap = `M${x} ${horizon - peak} L${x - half * 0.3} ${horizon - peak * 0.7} L${x + half * 0.3} ${horizon - peak * 0.7} Z`
      return (
        path(`M${x - half} ${horizon + 4} L${x} ${horizon - peak} L${x + half} ${horizon + 4} Z`, rock) +
        (snowy ? path(cap, '#eef3fa') : '')
      )
    })
    .join('')
}

function sea(brush: Brush, horizon: number): string {
  const water = brush.colour(brush.between(195, 218), 56, 46)
  const glints = Array.from({ length: brush.whole(14, 28) }, () => {
    const y = brush.between(horizon + 8, 460)
    return ellipse(
      brush.between(0, 640),
      y,
      brush.between(12, 46),
      1.6,
      hsl(200, 60, brush.time === 'night' ? 45 : 82),
      'opacity="0.5"',
    )
  })
  return (
    rectangle(0, horizon, width, height - horizon, water) +
    rectangle(0, horizon, width, 26, brush.colour(200, 55, 58), 'opacity="0.6"') +
    glints.join('')
  )
}

function road(brush: Brush, horizon: number): string {
  const [top, bottom] = [brush.between(345, 375), brush.between(435, 455)]
  const asphalt = brush.colour(220, 6, 42)
  if (brush.chance(0.35)) {
    const x = brush.between(240, 400)
    const way = `M${x - 10} ${horizon + 55} L${x + 10} ${horizon + 55} L${x + 170} ${height} L${x - 170} ${height} Z`
    const line = `M${x} ${horizon + 60} L${x} ${height}`
    return path(way, asphalt) + path(line, 'none', 'stroke="#f1eeda" stroke-width="6" stroke-dasharray="22 18"')
  }
  const dashes = Array.from({ length: 9 }, (_, i) =>
    rectangle(i * 76 + brush.between(0, 4), (top + bottom) / 2 - 3, 40, 5, '#f1eeda'),
  )
  return rectangle(0, top, width, bottom - top, asphalt) + dashes.join('')
}

function things({ place, labels }: Scene, brush: Brush, horizon: number): string {
  const snowy = labels.has('snow')
  const water = place === 'coast' || place === 'lake'
  // On the shore, if there is water; else anywhere on the ground.
  const ground = water ? { top: 425, bottom: 462 } : { top: horizon + 62, bottom: 425 }
  const placedThings: { y: number; svg: string }[] = []
  const add = (
    label: Parameters<typeof labels.has>[0],
    draw: () => string,
    count: number,
    band: { top: number; bottom: number; scale: number },
  ) => {
    if (labels.has(label)) placedThings.push(...standing(brush, draw, count, band))
  }
  if (water) add('boat', () => boat(brush), brush.whole(1, 3), { top: horizon + 22, bottom: 365, scale: 0.75 })
  add('house', () => house(brush, snowy), brush.whole(1, water ? 1 : 3), {
    ...ground,
    bottom: Math.min(ground.bottom, 432),
    scale: 0.95,
  })
  add('tree', () => tree(brush), brush.whole(1, 4), { ...ground, scale: water ? 0.9 : 1.05 })
  add('fir', () => fir(brush, snowy), brush.whole(2, 6), { ...ground, scale: 1.05 })
  add('flower', () => flower(brush), brush.whole(4, 10), { top: 415, bottom: 470, scale: 0.72 })
  add('car', () => car(brush), brush.whole(1, 2), { top: 385, bottom: 448, scale: 0.95 })
  add('dog', () => dog(brush), 1, { top: 425, bottom: 465, scale: 0.95 })
  // Things that stand lower are nearer, so they cover those behind them.
  return placedThings
    .sort((a, b) => a.y - b.y)
    .map(({ svg }) => svg)
    .join('')
}
