import type { RandomState } from '../../base/random.ts'
import type { Time } from './scene.ts'

/** Random numbers and colours for one picture, all from one sequence, so that the same seed gives the same picture. */
export class Brush {
  readonly time: Time
  readonly #random: RandomState

  constructor(random: RandomState, time: Time) {
    this.#random = random
    this.time = time
  }

  between(low: number, high: number): number {
    return Math.round((low + (high - low) * this.#random.random()) * 10) / 10
  }

  /** A whole number, both ends included. */
  whole(low: number, high: number): number {
    return low + this.#random.integer(high - low + 1)
  }

  chance(share: number): boolean {
    return this.#random.random() < share
  }

  one<T>(items: readonly T[]): T {
    return items[this.#random.integer(items.length)]
  }

  /** A random colour near this one, adapted to the time of day. */
  colour(hue: number, saturation: number, lightness: number, spread = 6): string {
    const near = (value: number, by: number) => value + (this.#random.random() * 2 - 1) * by
    const light = { day: 1, dusk: 0.74, night: 0.42 }[this.time]
    const warm = this.time === 'dusk' ? -0.12 : this.time === 'night' ? 0.1 : 0
    const h = near(hue, spread) + warm * (hue > 180 ? 60 : 40)
    const s = near(saturation, spread / 2) * (this.time === 'night' ? 0.7 : 1)
    return hsl(h, s, near(lightness, spread / 2) * light)
  }
}

/** As #rrggbb, since not every renderer knows hsl(). */
export function hsl(hue: number, saturation: number, lightness: number): string {
  const s = Math.min(1, Math.max(0, saturation / 100))
  const l = Math.min(1, Math.max(0, lightness / 100))
  const channel = (n: number) => {
    const k = (n + (((hue % 360) + 360) % 360) / 30) % 12
    const value = l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}

export const width = 640
export const height = 480

export function ellipse(cx: number, cy: number, rx: number, ry: number, fill: string, more = ''): string {
  return `<ellipse cx="${r(cx)}" cy="${r(cy)}" rx="${r(rx)}" ry="${r(ry)}" fill="${fill}" ${more}/>`
}

export function rectangle(x: number, y: number, w: number, h: number, fill: string, more = ''): string {
  return `<rect x="${r(x)}" y="${r(y)}" width="${r(w)}" height="${r(h)}" fill="${fill}" ${more}/>`
}

/** @param points x and y, alternating */
export function polygon(points: readonly number[], fill: string, more = ''): string {
  return `<polygon points="${points.map(r).join(' ')}" fill="${fill}" ${more}/>`
}

export function path(d: string, fill: string, more = ''): string {
  return `<path d="${d}" fill="${fill}" ${more}/>`
}

export function placed(x: number, y: number, scale: number, content: string, mirrored = false): string {
  return `<g transform="translate(${r(x)} ${r(y)}) scale(${r(mirrored ? -scale : scale)} ${r(scale)})">${content}</g>`
}

/** From top to bottom. */
export function gradient(id: string, top: string, bottom: string, middle?: string): string {
  const stop = (at: number, colour: string) => `<stop offset="${at}" stop-color="${colour}"/>`
  const stops = stop(0, top) + (middle ? stop(0.55, middle) : '') + stop(1, bottom)
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient>`
}

/** A line of hills or waves from edge to edge, closed at the bottom. */
export function ridge(brush: Brush, base: number, rise: number, steps: number, fill: string): string {
  const stepWidth = width / steps
  let d = `M0 ${height} L0 ${r(base - brush.between(0, rise))}`
  for (let i = 1; i <= steps; i++) {
    const [x, y] = [i * stepWidth, base - brush.between(0, rise)]
    d += ` Q${r(x - stepWidth / 2)} ${r(y - brush.between(-rise, rise) / 2)} ${r(x)} ${r(y)}`
  }
  return path(`${d} L${width} ${height} Z`, fill)
}

function r(value: number): number {
  return Math.round(value * 100) / 100
}
