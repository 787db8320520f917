/** The position of an image in its frame: offset in CSS pixels, and CSS pixels per image pixel. */
export interface View {
  x: number
  y: number
  scale: number
}

type Size = { width: number; height: number }

const margin = 16
/** Fitting doesn't enlarge a small image beyond this. */
const largestFit = 3
const [smallest, largest] = [0.02, 40]

/** The whole image, centred in its frame. */
export function fitted(image: Size, room: Size): View {
  const scale = Math.max(
    smallest,
    Math.min(
      largestFit,
      (room.width - 2 * margin) / Math.max(1, image.width),
      (room.height - 2 * margin) / Math.max(1, image.height),
    ),
  )
  return { x: (room.width - image.width * scale) / 2, y: (room.height - image.height * scale) / 2, scale }
}

/** Changes the scale; what is under the point stays there. */
export function zoomedAt(view: View, point: { x: number; y: number }, scale: number): View {
  const next = Math.min(largest, Math.max(smallest, scale))
  const ratio = next / view.scale
  return { x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio, scale: next }
}

/** Pans by a quarter of the frame, never so far that the image leaves view. */
export function panned(view: View, room: Size, towards: 'left' | 'right' | 'up' | 'down', image: Size): View {
  const [dx, dy] = { left: [1, 0], right: [-1, 0], up: [0, 1], down: [0, -1] }[towards]
  const kept = (place: number, length: number, frame: number): number =>
    Math.min(frame - frame / 4, Math.max(frame / 4 - length, place))
  return {
    x: kept(view.x + (dx * room.width) / 4, image.width * view.scale, room.width),
    y: kept(view.y + (dy * room.height) / 4, image.height * view.scale, room.height),
    scale: view.scale,
  }
}
