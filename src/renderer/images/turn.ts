/** Clockwise rotation on screen, for viewing only. */
export type Turn = 0 | 90 | 180 | 270

export function turned(turn: Turn, by: 90 | -90): Turn {
  return ((turn + by + 360) % 360) as Turn
}

type Size = { width: number; height: number }

/** The size after rotation. */
export function turnedSize({ width, height }: Size, turn: Turn): Size {
  return turn % 180 === 0 ? { width, height } : { width: height, height: width }
}

/** CSS that rotates an image about its corner and moves it back into a box of its rotated size. */
export function turnedStyle({ width, height }: Size, turn: Turn): string {
  const back = { 0: [0, 0], 90: [height, 0], 180: [width, height], 270: [0, width] }[turn]
  return `translate(${back[0]}px, ${back[1]}px) rotate(${turn}deg)`
}
