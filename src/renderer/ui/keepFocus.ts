import { focusImages } from '../state/ui.ts'

/** Parts of a screen that focus can fall back to: the innermost that still exists. */
const regions = '[role=dialog], aside[aria-label], section[aria-label], main'
const images = '[role=listbox][aria-multiselectable]'

/** The element that had focus last, with its ancestors: once it is gone, nothing else tells where it was. */
let last: { element: Element; ancestors: Element[] } | null = null

/** Whether focus is free to take: nothing has it, or only a part of the screen that it fell back to. */
export function isFocusFree(): boolean {
  const { activeElement } = document
  return activeElement === document.body || activeElement?.hasAttribute('data-kept-focus') === true
}

/**
 * A focused button that disappears or becomes disabled would lose focus altogether: Tab and screen readers would start over at the
 * top of the page. Instead, the part of the screen around it takes focus, or the list of images in it.
 */
export function keepFocus(): void {
  let isWaiting = false
  const look = (): void => {
    if (isWaiting || !isLost()) return
    isWaiting = true
    // A closing dialog gives focus back by itself, and an opening list takes it: both come first.
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
  // A click on nothing in particular removes focus on purpose.
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

/** Leaves a control: keys go to what is around it again. */
export function leaveFocus(control: Element): void {
  leaveTo(control.closest<HTMLElement>(regions) ?? undefined)
}

function leaveTo(region = document.querySelector<HTMLElement>('main')): void {
  if (region?.querySelector(images)) focusImages()
  else if (region) focusRegion(region)
}

/** Focuses a part of the screen that isn't a tab stop. */
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
