/**
 * What the page of `ui.ts` is watched with; it runs in the browser. Times are of `performance.now()`, in milliseconds; a frame
 * is seen when the next one begins.
 */

export interface Blank {
  /** The longest that a tile in sight, or a place where one belongs, stayed without its picture. */
  longest: number
  /** Of every tile that came into sight. */
  times: number[]
  frames: number
}

export interface Watch {
  /** Watches the tiles of the grid until it is stopped. */
  blanks(): () => Blank
  /**
   * From the next key, pressed at `at` (milliseconds since 1970), to its message leaving the page, to the frame that shows what
   * came of it, and to “All saved” being shown.
   */
  nextKey(): Promise<{ at: number; sent: number; paint: number; saved: number }>
  /** From the next click or choice to the first frame in which the tiles in sight are others than now, with their names; and with their pictures. */
  nextList(): Promise<{ list: number; pictures: number }>
  /** From the next key to the frame in which another image is shown. */
  nextImage(): Promise<number>
  /** Scrolls by so many pixels a frame, to a place. */
  scrollTo(top: number, perFrame: number): Promise<void>
}

export function makeWatch(): Watch {
  let onSend = (): void => {}
  const { send } = WebSocket.prototype
  WebSocket.prototype.send = function (...message) {
    onSend()
    send.apply(this, message)
  }
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
  /** After the frame that is made now has been handed over. */
  const painted = () =>
    new Promise<number>((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now())
        port2.postMessage(null)
      })
    })
  const grid = () => document.querySelector<HTMLElement>('[role=listbox]')!
  const hasPicture = (tile: Element): boolean => {
    const image = tile.querySelector('img')
    return image?.complete === true && image.naturalWidth > 0
  }
  /** Tiles of which some can be seen, and whether they fill the grid. */
  const inSight = () => {
    const { top, bottom } = grid().getBoundingClientRect()
    const tiles = [...grid().querySelectorAll('[role=option]')].filter((tile) => {
      const box = tile.getBoundingClientRect()
      return box.bottom > top + 1 && box.top < bottom - 1
    })
    const boxes = tiles.map((tile) => tile.getBoundingClientRect())
    const fills =
      tiles.length > 0 &&
      Math.min(...boxes.map((box) => box.top)) < top + 20 &&
      Math.max(...boxes.map((box) => box.bottom)) > bottom - 20
    return { tiles, fills }
  }
  const keyPressed = () =>
    new Promise<number>((resolve) => {
      window.addEventListener('keydown', ({ timeStamp }) => resolve(timeStamp), { capture: true, once: true })
    })
  const isSaved = () => document.querySelector('header [role=status]')?.textContent?.includes('All saved') === true

  return {
    blanks() {
      const since = new Map<string, number>()
      const times: number[] = []
      let [frames, goesOn] = [0, true]
      const look = (now: number): void => {
        if (!goesOn) return
        frames++
        const { tiles, fills } = inSight()
        const blank = tiles.filter((tile) => !hasPicture(tile)).map(({ id }) => id)
        if (!fills) blank.push('uncovered')
        for (const id of blank) if (!since.has(id)) since.set(id, now)
        for (const [id, from] of since) {
          if (blank.includes(id)) continue
          // It has its picture, or was scrolled away without one.
          times.push(now - from)
          since.delete(id)
        }
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
      return () => {
        goesOn = false
        const now = performance.now()
        for (const from of since.values()) times.push(now - from)
        return { longest: Math.max(0, ...times), times, frames }
      }
    },
    async nextKey() {
      let sent = Number.NaN
      const pressed = await keyPressed()
      onSend = () => {
        onSend = () => {}
        sent = performance.now() - pressed
      }
      const allSaved = new Promise<number>((resolve) => {
        let wasSaving = false
        const observer = new MutationObserver(() => {
          if (!isSaved()) wasSaving = true
          else if (wasSaving) {
            observer.disconnect()
            resolve(performance.now())
          }
        })
        observer.observe(document.querySelector('header')!, { subtree: true, childList: true, characterData: true })
      })
      const paint = (await painted()) - pressed
      const saved = (await allSaved) - pressed
      return { at: performance.timeOrigin + pressed, sent, paint, saved }
    },
    async nextList() {
      const acted = new Promise<number>((resolve) => {
        for (const kind of ['click', 'change']) {
          window.addEventListener(kind, ({ timeStamp }) => resolve(timeStamp), { capture: true, once: true })
        }
      })
      const shown = () =>
        inSight()
          .tiles.map(({ id }) => id)
          .join()
      const before = shown()
      const started = await acted
      let list = 0
      for (;;) {
        await frame()
        const { tiles, fills } = inSight()
        const isNew = fills && shown() !== before && tiles.every((tile) => tile.hasAttribute('data-path'))
        if (isNew && list === 0) list = performance.now() - started
        if (isNew && tiles.every(hasPicture)) return { list, pictures: performance.now() - started }
        if (performance.now() - started > 20_000) throw new Error('The list did not change')
      }
    },
    async nextImage() {
      const shown = () =>
        document.querySelector<HTMLImageElement>('section img[src*="/images/full/"]')?.getAttribute('src')
      const before = shown()
      const pressed = await keyPressed()
      for (;;) {
        const src = shown()
        const images = [...document.querySelectorAll<HTMLImageElement>('section img')]
        if (src !== before && src && images.some((image) => image.complete && image.naturalWidth > 0)) {
          return (await painted()) - pressed
        }
        await frame()
      }
    },
    async scrollTo(top, perFrame) {
      const element = grid()
      while (Math.abs(element.scrollTop - top) > 1) {
        const left = top - element.scrollTop
        const before = element.scrollTop
        element.scrollTop += Math.sign(left) * Math.min(Math.abs(left), perFrame)
        if (element.scrollTop === before) return
        await frame()
      }
    },
  }
}
