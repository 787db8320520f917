import type { Page } from '@playwright/test'
import { RandomState } from '../../src/main/base/random.ts'
import { tabTo } from './hands.ts'

/** What somebody at the keyboard did, and how long the application had them wait for it. */
export interface Session {
  /** image,label → what it was decided to be. */
  decisions: Map<string, 'present' | 'absent'>
  keys: number
  /** From each key to the end of the frame that shows what came of it, all together: milliseconds. */
  waited: number
}

/** Somebody who decides without thinking, as fast as the application shows what came of a key: by the keyboard alone. */
export class Annotator {
  readonly session: Session = { decisions: new Map(), keys: 0, waited: 0 }
  readonly #page: Page
  readonly #random: RandomState

  constructor(page: Page, seed = 1) {
    this.#page = page
    this.#random = new RandomState(seed)
  }

  /**
   * Through the images from the one that is open, their suggestions one by one: most accepted, some rejected, some passed over; then
   * one label by its own key.
   * @param wanted as many decisions
   */
  async imageByImage(wanted: number): Promise<Session> {
    const { decisions } = this.session
    while (decisions.size < wanted) {
      for (let left = 3; left > 0 && decisions.size < wanted; left--) {
        const asked = await this.#asked()
        if (!asked) break
        const draw = this.#random.random()
        const key = draw < 0.8 ? 'a' : draw < 0.95 ? 'x' : 'Space'
        await this.#press(key)
        if (key === 'Space') continue
        const isAccepted = key === 'a'
        decisions.set(`${asked.image},${asked.label}`, (asked.says === 'present') === isAccepted ? 'present' : 'absent')
      }
      const open = decisions.size < wanted ? await this.#firstUnknown() : undefined
      if (open) {
        const isPresent = this.#random.random() < 0.5
        await this.#press(isPresent ? open.key : `Shift+${open.key}`)
        decisions.set(`${open.image},${open.label}`, isPresent ? 'present' : 'absent')
      }
      const before = await this.#image()
      await this.#press('ArrowRight')
      if (decisions.size < wanted && (await this.#image()) === before) {
        throw new Error(`The images ended after ${decisions.size} decisions.`)
      }
    }
    await this.#allSaved()
    return this.session
  }

  /** Through screenfuls of one label and the next: the cut moved, some images flipped, some left open, then all confirmed. */
  async labelByLabel(wanted: number): Promise<Session> {
    const { decisions } = this.session
    while (decisions.size < wanted) {
      if ((await this.#page.locator('[data-page-image]').count()) === 0) {
        // This label is done: the first button leads to the next one.
        await tabTo(this.#page, this.#page.getByRole('button', { name: /^Continue with / }))
        await this.#press('Enter')
        continue
      }
      const draw = this.#random.random()
      if (draw < 0.5) await this.#press(draw < 0.25 ? ']' : '[')
      for (let flips = this.#random.integer(4); flips > 0; flips--) {
        for (let steps = 1 + this.#random.integer(3); steps > 0; steps--) await this.#press('ArrowRight')
        await this.#press(this.#random.random() < 0.8 ? 'Space' : 'u')
      }
      // Where no model knows the label, what was not flipped is open yet.
      const isOpen = (await this.#page.locator('[data-said=unknown]').count()) > 0
      if (isOpen && this.#random.random() < 0.8) await this.#press('r')
      const label =
        (await this.#page
          .getByRole('combobox', { name: 'Label', exact: true })
          .locator('option:checked')
          .textContent()) ?? ''
      const said = await this.#page
        .locator('[data-page-image]')
        .evaluateAll((tiles) => tiles.map(({ dataset }) => [dataset.pageImage ?? '', dataset.said ?? ''] as const))
      await this.#press('Enter')
      for (const [image, what] of said) {
        if (what === 'present' || what === 'absent') decisions.set(`${image},${label}`, what)
      }
    }
    await this.#allSaved()
    return this.session
  }

  /** What the label under the keyboard is suggested to be. */
  async #asked(): Promise<{ image: string; label: string; says: string } | undefined> {
    const focused = this.#page.locator('li[aria-current][data-state="suggested"]')
    const [row] = await focused.evaluateAll((rows) =>
      rows.map(
        (one) => [one.dataset.label ?? '', one.textContent?.includes('present?') ? 'present' : 'absent'] as const,
      ),
    )
    return row && { image: await this.#image(), label: row[0], says: row[1] }
  }

  async #firstUnknown(): Promise<{ image: string; label: string; key: string } | undefined> {
    const rows = this.#page.locator('li[data-state="unknown"]:has(kbd)')
    const [row] = await rows.evaluateAll((all) =>
      all.slice(0, 1).map((one) => [one.dataset.label ?? '', one.querySelector('kbd')?.textContent ?? ''] as const),
    )
    return row && { image: await this.#image(), label: row[0], key: row[1].toLowerCase() }
  }

  async #image(): Promise<string> {
    return (await this.#page.locator('h2').textContent()) ?? ''
  }

  async #allSaved(): Promise<void> {
    await this.#page.getByText('All saved').waitFor()
  }

  async #press(key: string): Promise<void> {
    // Only when the page is watching may the key be pressed.
    const watching = await this.#page.evaluateHandle(watchNextKey)
    await this.#page.keyboard.press(key)
    this.session.keys++
    this.session.waited += await watching.evaluate(({ told }) => told)
  }
}

/** Runs in the page. Tells how long it is from the next key to the end of the first frame that shows something else, pictures and all. */
function watchNextKey(): { told: Promise<number> } {
  const { document, requestAnimationFrame, MessageChannel } = globalThis as unknown as Window
  const shown = (): string => {
    const parts = [
      ...document.querySelectorAll('h2, li[data-label], [data-page-image], [role=listbox], input[type=range]'),
    ]
    return parts
      .map((part) => [
        part.tagName === 'H2' ? part.textContent : '',
        ...['data-label', 'data-state', 'aria-current', 'data-page-image', 'data-said', 'aria-activedescendant'].map(
          (name) => part.getAttribute(name),
        ),
        part.value ?? '',
      ])
      .join('|')
  }
  const isWhole = (): boolean =>
    // The next label's images are there, or it has none and says so.
    [...document.querySelectorAll('[aria-label="Label by label"]')].every(
      (part) => part.querySelectorAll('[data-page-image] img, h2 ~ p').length > 0,
    ) &&
    [...document.querySelectorAll('[data-page-image] img, section img[alt]:not([alt=""])')].every(
      ({ complete, naturalWidth }) => complete && naturalWidth > 0,
    )
  const before = shown()
  const told = new Promise<number>((resolve) => {
    const pressed = ({ timeStamp }: { timeStamp: number }): void => {
      let frames = 0
      const look = (): void => {
        // A cut at its end does not move: after half a second nothing comes of the key any more.
        const isStill = shown() === before && ++frames < 30
        if (isStill || !isWhole()) {
          requestAnimationFrame(look)
          return
        }
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(performance.now() - timeStamp)
        port2.postMessage(null)
      }
      requestAnimationFrame(look)
    }
    ;(globalThis as unknown as Window).addEventListener('keydown', pressed, { capture: true, once: true })
  })
  return { told }
}

/** What `watchNextKey` needs of a browser's window. */
interface Window {
  document: { querySelectorAll(selector: string): Iterable<Shown> }
  requestAnimationFrame(callback: () => void): number
  MessageChannel: new () => { port1: { onmessage: () => void }; port2: { postMessage(nothing: null): void } }
  addEventListener(
    kind: 'keydown',
    listener: (event: { timeStamp: number }) => void,
    options: { capture: boolean; once: boolean },
  ): void
}

interface Shown {
  tagName: string
  textContent: string
  value?: string
  querySelectorAll(selector: string): ArrayLike<Shown>
  complete: boolean
  naturalWidth: number
  getAttribute(name: string): string | null
}
