import { Maximize, RotateCcw, RotateCw, ZoomIn, ZoomOut } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { imageUrl } from '../../contract/contract.ts'
import type { ImageDetail, Reasons } from '../../contract/schemas.ts'
import { type ZoomStep, zoomEvent } from '../actions/openImage.ts'
import { action, withKeyOf } from '../actions/registry.ts'
import { pictureFailed } from '../state/pictures.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'
import { Attention } from './Attention.tsx'
import { isPreloaded } from './preload.ts'
import { type Turn, turned, turnedSize, turnedStyle } from './turn.ts'
import { fitted, panned, type View, zoomedAt } from './zoom.ts'

/** The size of the previous image's frame. Measuring in the first frame would lay out the page twice for every image. */
let roomBefore = { width: 0, height: 0 }

/** The image, fitted to the available space; the wheel zooms, dragging pans. */
export function Stage({ image, attention }: { image: ImageDetail; attention: Reasons['attention'] }) {
  const frame = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState(roomBefore)
  /** Null: fitted, also after the window is resized. */
  const [view, setView] = useState<View | null>(null)
  const full = imageUrl('', 'full', image)
  const [isSharp, setSharp] = useState(() => isPreloaded(full))
  const [turn, setTurn] = useState<Turn>(0)
  const upright = turnedSize(image, turn)
  const shown = view ?? fitted(upright, room)

  useLayoutEffect(() => {
    const element = frame.current
    if (!element) return
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element
      if (roomBefore.width !== width || roomBefore.height !== height) roomBefore = { width, height }
      setRoom(roomBefore)
    }
    // Runs at once when no size is known yet, so that the first frame shows the image.
    if (roomBefore.width === 0) measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const current = (before: View | null): View => before ?? fitted(turnedSize(image, turn), room)
    const middle = { x: room.width / 2, y: room.height / 2 }
    const zoom = (event: Event): void => {
      const { detail } = event as CustomEvent<ZoomStep>
      if (detail === 'left' || detail === 'right') {
        setTurn(turned(turn, detail === 'right' ? 90 : -90))
        setView(null)
        return
      }
      setView((before) => {
        if (detail === 'fit') return null
        const now = current(before)
        const towards = /^pan-(left|right|up|down)$/.exec(detail)?.[1] as 'left' | 'right' | 'up' | 'down' | undefined
        if (towards) return panned(now, room, towards, turnedSize(image, turn))
        const scale = detail === 'actual' ? 1 / devicePixelRatio : now.scale * (detail === 'in' ? 1.25 : 0.8)
        return zoomedAt(now, middle, scale)
      })
    }
    const wheel = (event: WheelEvent): void => {
      event.preventDefault()
      const box = element.getBoundingClientRect()
      const at = { x: event.clientX - box.left, y: event.clientY - box.top }
      setView((before) => {
        const now = current(before)
        return zoomedAt(now, at, now.scale * Math.exp(-event.deltaY / 400))
      })
    }
    window.addEventListener(zoomEvent, zoom)
    // React's own wheel listener is passive and couldn't prevent scrolling.
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      window.removeEventListener(zoomEvent, zoom)
      element.removeEventListener('wheel', wheel)
    }
  }, [image, room, turn])

  return (
    // Keys do the same (f, +, -).
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div
      ref={frame}
      className="relative min-h-0 flex-1 cursor-grab touch-none overflow-hidden bg-stage active:cursor-grabbing"
      onPointerDown={(event) => event.button === 0 && event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={({ buttons, movementX, movementY }) => {
        if (buttons & 1) setView({ ...shown, x: shown.x + movementX, y: shown.y + movementY })
      }}
      onDoubleClick={() => setView(null)}
    >
      {room.width > 0 && (
        <div
          className="absolute top-0 left-0 origin-top-left"
          style={{
            width: image.width,
            height: image.height,
            transform: `translate(${shown.x}px, ${shown.y}px) scale(${shown.scale}) ${turnedStyle(image, turn)}`,
          }}
        >
          {!isSharp && (
            <img
              alt=""
              src={imageUrl('', 'thumbnail', image)}
              className="absolute inset-0 size-full"
              draggable={false}
            />
          )}
          <img
            alt={image.path}
            src={full}
            decoding={isSharp ? 'sync' : 'async'}
            // At this scale, people look at single pixels.
            style={{ imageRendering: view && shown.scale * devicePixelRatio >= 4 ? 'pixelated' : 'auto' }}
            onLoad={() => setSharp(true)}
            onError={() => pictureFailed(image.id)}
            className="absolute inset-0 size-full max-w-none"
            draggable={false}
          />
          {attention && <Attention attention={attention} />}
        </div>
      )}
      <div
        role="toolbar"
        aria-label={texts.image.zoom}
        className="absolute right-3 bottom-3 flex rounded-lg border border-line bg-raised p-0.5 shadow-float"
        onPointerDown={(event) => event.stopPropagation()}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        <IconButton label={texts.image.turnLeft} onClick={action('image.turn-left').run}>
          <RotateCcw size={16} aria-hidden />
        </IconButton>
        <IconButton label={texts.image.turnRight} onClick={action('image.turn-right').run}>
          <RotateCw size={16} aria-hidden />
        </IconButton>
        <IconButton label={texts.image.zoomOut} onClick={action('image.zoom-out').run}>
          <ZoomOut size={16} aria-hidden />
        </IconButton>
        <IconButton label={texts.image.fit} onClick={action('image.fit').run}>
          <Maximize size={16} aria-hidden />
        </IconButton>
        <button
          type="button"
          aria-label={texts.image.scaleNow(shown.scale * devicePixelRatio)}
          title={withKeyOf(texts.image.actualSize, 'image.actual-size')}
          onClick={action('image.actual-size').run}
          className="h-8 min-w-14 rounded-md px-1 text-[13px] text-muted tabular-nums hover:bg-sunken"
        >
          {texts.image.scale(shown.scale * devicePixelRatio)}
        </button>
        <IconButton label={texts.image.zoomIn} onClick={action('image.zoom-in').run}>
          <ZoomIn size={16} aria-hidden />
        </IconButton>
      </div>
    </div>
  )
}
