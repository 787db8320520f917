import { focusImages } from '../state/ui.ts'

/** Parts of a screen that the keyboard can fall back to; the innermost that is still there is taken. */
const regions = '[role=dialog], aside[aria-label], section[aria-label], main'
const images = '[role=listbox][aria-multiselectable]'

/** What had the keyboard last, and what it lay in: once it is gone nothing else tells. */
let last: { element: Element; ancestors: Element[] } | null = null

/** Nobody has the keyboard, or only a part of the screen that it fell back to: whoever has a use for it may take it. */
export function isFocusFree(): boolean {
  const { activeElement } = document
  return activeElement === document.body || activeElement?.hasAttribute('data-kept-focus') === true
}

/**
 * A button that goes away, or is disabled, while it has the keyboard would leave it to nobody: who goes by Tab, or by what is read
 * out, would begin at the top of the page again. The part of the screen that it was in takes over, or the images where that shows
 * them.
 */
export function keepFocus(): void {
  let isWaiting = false
  const look = (): void => {
    if (isWaiting || !isLost()) return
    isWaiting = true
    // A dialog that closes gives the keyboard back by itself, and a list that opens takes it: both come first.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        isWaiting = false
        if (isLost()) fallBack()
      }),
    )
  }
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof Element) last = { element: target, ancestors: [...ancestorsOf(target)] }
  })
  // A click beside everything takes the keyboard from what had it, and nothing is lost.
  document.addEventListener('pointerdown', ({ target }) => {
    if (!(target instanceof Node && last?.element.contains(target))) last = null
  })
  const attributes = { attributes: true, attributeFilter: ['disabled'] }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, ...attributes })
}

function isLost(): boolean {
  return document.activeElement === document.body && last !== null && !isUsable(last.element)
}

const isUsable = (element: Element): boolean => element.isConnected && !element.matches(':disabled')

function fallBack(): void {
  const around = last?.ancestors.find((one) => one.isConnected && one !== document.body)
  leaveTo(around?.closest<HTMLElement>(regions) ?? undefined)
}

/** Done with a control: the keys are for what is around it again. */
export function leaveFocus(control: Element): void {
  leaveTo(control.closest<HTMLElement>(regions) ?? undefined)
}

function leaveTo(region = document.querySelector<HTMLElement>('main')): void {
  if (region?.querySelector(images)) focusImages()
  else if (region) focusRegion(region)
}

/** Gives the keyboard to a part of the screen that is no stop of its own. */
function focusRegion(region: HTMLElement): void {
  if (!region.hasAttribute('tabindex')) {
    region.tabIndex = -1
    region.dataset.keptFocus = ''
    const leave = (): void => {
      region.removeAttribute('tabindex')
      delete region.dataset.keptFocus
    }
    region.addEventListener('blur', leave, { once: true })
  }
  region.focus({ preventScroll: true })
}

function* ancestorsOf(element: Element): Generator<Element> {
  for (let at = element.parentElement; at; at = at.parentElement) yield at
}
