import { type Brush, ellipse, hsl, path, placed, polygon, rectangle } from './brush.ts'

/* Each thing is drawn around 0,0 at its foot (or its middle, in the sky), about 100 units large. */

export function tree(brush: Brush): string {
  const trunk = brush.colour(28, 38, 30)
  const hue = brush.chance(0.2) ? brush.between(25, 50) : brush.between(85, 135)
  const crown = Array.from({ length: brush.whole(5, 8) }, () =>
    ellipse(
      brush.between(-32, 32),
      brush.between(-112, -62),
      brush.between(20, 32),
      brush.between(18, 28),
      brush.colour(hue, 45, 36),
    ),
  )
  return rectangle(-6, -58, 12, 60, trunk, 'rx="3"') + crown.join('')
}

export function fir(brush: Brush, snowy: boolean): string {
  const green = brush.colour(150, 32, 25)
  const layers = [0, 1, 2, 3].map((layer) => {
    const [bottom, half] = [-12 - layer * 28, 36 - layer * 7.5]
    const branch = polygon([-half, bottom, half, bottom, 0, bottom - 44], green)
    const snow = polygon(
      [-half * 0.62, bottom - 16, half * 0.62, bottom - 16, 0, bottom - 44],
      brush.colour(210, 25, 93, 2),
    )
    return branch + (snowy ? snow : '')
  })
  return rectangle(-5, -14, 10, 16, brush.colour(25, 40, 25)) + layers.join('')
}

export function house(brush: Brush, snowy: boolean): string {
  const [wall, roof] = [
    brush.colour(brush.one([35, 45, 10, 200, 350]), 35, 74, 8),
    brush.colour(brush.one([5, 15, 220]), 42, 40),
  ]
  const [w, h] = [brush.between(84, 124), brush.between(54, 74)]
  const lit = brush.time === 'day' ? brush.colour(200, 45, 72) : '#ffd982'
  const windows = [-0.3, 0.3].map((at) =>
    rectangle(at * w - 9, -h * 0.78, 18, 20, lit, 'stroke="#ffffff" stroke-width="2.5"'),
  )
  const chimney = rectangle(w * 0.22, -h - 44, 14, 32, roof)
  const top = [-w * 0.58, -h, w * 0.58, -h, 0, -h - 46]
  return (
    chimney +
    rectangle(-w / 2, -h, w, h, wall) +
    polygon(top, roof) +
    (snowy ? polygon([-w * 0.42, -h - 14, w * 0.42, -h - 14, 0, -h - 48], brush.colour(210, 25, 94, 2)) : '') +
    windows.join('') +
    rectangle(-9, -h * 0.52, 18, h * 0.52, brush.colour(22, 45, 33), 'rx="2"')
  )
}

export function boat(brush: Brush): string {
  const hull = brush.colour(brush.one([0, 210, 30, 160]), 55, 42, 10)
  const mast = rectangle(-2, -98, 4, 90, brush.colour(30, 35, 32))
  const sail = brush.colour(brush.one([45, 45, 10, 200]), 45, 88, 6)
  const sails =
    path('M3 -96 C40 -70 44 -40 42 -18 L3 -18 Z', sail) + path('M-4 -88 C-26 -60 -32 -36 -32 -18 L-4 -18 Z', sail)
  return mast + sails + path('M-52 -12 L54 -12 C46 6 34 14 22 14 L-26 14 C-40 12 -48 2 -52 -12 Z', hull)
}

export function car(brush: Brush): string {
  const body = brush.colour(brush.one([0, 210, 48, 140, 280, 20]), 62, 46, 12)
  const glass = brush.time === 'day' ? brush.colour(200, 40, 80) : brush.colour(210, 30, 45)
  const lamp = brush.time === 'day' ? '#f6f0d8' : '#ffe79a'
  const wheel = (x: number) => ellipse(x, -11, 12.5, 12.5, '#22242a') + ellipse(x, -11, 5.5, 5.5, '#b9bec7')
  return (
    path('M-34 -36 C-26 -58 -14 -62 4 -62 C22 -62 30 -52 38 -36 Z', body) +
    path('M-24 -38 C-18 -52 -12 -55 -2 -55 L-2 -38 Z', glass) +
    path('M4 -38 L4 -55 C16 -55 22 -50 28 -38 Z', glass) +
    rectangle(-58, -40, 116, 29, body, 'rx="10"') +
    ellipse(54, -28, 4, 5, lamp) +
    wheel(-32) +
    wheel(32)
  )
}

export function dog(brush: Brush): string {
  const coat = brush.colour(brush.one([28, 35, 20, 40]), brush.between(20, 50), brush.between(28, 68), 5)
  const legs = [-24, -15, 14, 23].map((x) => rectangle(x, -24, 7.5, 25, coat, 'rx="3"'))
  return (
    path('M-28 -40 C-44 -48 -48 -62 -44 -68', 'none', `stroke="${coat}" stroke-width="7" stroke-linecap="round"`) +
    legs.join('') +
    ellipse(0, -34, 34, 16, coat) +
    ellipse(34, -52, 16, 14, coat) +
    ellipse(48, -47, 9, 7, coat) +
    path('M24 -64 C18 -58 18 -44 24 -40 C30 -46 30 -58 24 -64 Z', hsl(25, 35, 20)) +
    ellipse(38, -55, 2.2, 2.4, '#191512') +
    ellipse(55, -49, 3, 2.4, '#191512')
  )
}

export function bird(brush: Brush): string {
  const ink = brush.time === 'day' && brush.chance(0.5) ? '#f5f6f8' : hsl(220, 15, brush.between(14, 26))
  const lift = brush.between(14, 26)
  return path(
    `M-34 ${-lift / 2} Q-16 ${-lift} 0 2 Q16 ${-lift} 34 ${-lift / 2} Q17 ${-lift * 0.45} 0 10 Q-17 ${-lift * 0.45} -34 ${-lift / 2} Z`,
    ink,
  )
}

export function flower(brush: Brush): string {
  const petals = brush.colour(brush.one([350, 48, 285, 20, 210]), 75, 62, 8)
  const count = brush.whole(5, 7)
  const around = Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 2 * Math.PI
    return ellipse(Math.cos(angle) * 13, -44 + Math.sin(angle) * 13, 10, 10, petals)
  })
  return (
    path('M0 0 C2 -14 -2 -28 0 -40', 'none', `stroke="${brush.colour(110, 45, 34)}" stroke-width="4"`) +
    path('M0 -12 C10 -22 18 -20 20 -26 C10 -28 2 -22 0 -12 Z', brush.colour(110, 45, 36)) +
    around.join('') +
    ellipse(0, -44, 8, 8, brush.colour(45, 85, 55))
  )
}

export function cloud(brush: Brush): string {
  const white = brush.time === 'dusk' ? hsl(brush.between(10, 30), 60, 80) : brush.colour(215, 22, 95, 3)
  const puffs = Array.from({ length: brush.whole(4, 7) }, (_, i) =>
    ellipse(
      -55 + i * 20 + brush.between(-6, 6),
      brush.between(-18, 2),
      brush.between(24, 40),
      brush.between(16, 26),
      white,
    ),
  )
  return `<g opacity="${brush.time === 'night' ? 0.55 : 0.92}">${puffs.join('')}${ellipse(0, 6, 78, 15, white)}</g>`
}

export function sun(brush: Brush): string {
  const colour = brush.time === 'dusk' ? '#ff8d4a' : '#ffe066'
  const glow = [92, 70, 54].map((radius) => ellipse(0, 0, radius, radius, colour, 'opacity="0.14"'))
  return glow.join('') + ellipse(0, 0, 38, 38, brush.time === 'dusk' ? '#ffb35c' : '#fff3b0')
}

export function moon(brush: Brush): string {
  const glow = ellipse(0, 0, 62, 62, '#cfdcff', 'opacity="0.13"')
  if (brush.chance(0.5))
    return `${glow}${ellipse(0, 0, 34, 34, '#f3f1df')}${ellipse(-10, -8, 7, 6, '#dcd9c4')}${ellipse(12, 9, 9, 7, '#e0ddc9')}`
  return glow + path('M8 -36 A36 36 0 1 0 36 12 A29 29 0 0 1 8 -36 Z', '#f3f1df')
}

export function stars(brush: Brush): string {
  const count = brush.whole(35, 80)
  return Array.from({ length: count }, () => {
    const [x, y, size] = [brush.between(0, 640), brush.between(0, 240), brush.between(0.7, 2.3)]
    return ellipse(x, y, size, size, '#fdfcf0', `opacity="${brush.between(0.5, 1)}"`)
  }).join('')
}

/** Places a thing at random in a band, larger the lower it stands. */
export function standing(
  brush: Brush,
  draw: () => string,
  count: number,
  { top, bottom, scale }: { top: number; bottom: number; scale: number },
): { y: number; svg: string }[] {
  return Array.from({ length: count }, () => {
    const y = brush.between(top, bottom)
    const near = 0.55 + (0.75 * (y - top)) / Math.max(1, bottom - top)
    return { y, svg: placed(brush.between(40, 600), y, scale * near, draw(), brush.chance(0.5)) }
  })
}
