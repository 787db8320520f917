import { test as base, expect } from '@playwright/test'

/** What browsers say of an application that is away for a moment: for tests that stop it or start it anew. */
export const whileAway =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection|status of 40[134]/

interface Quiet {
  /** Errors that a test brings about on purpose. */
  expectedErrors: readonly RegExp[]
  /** What the pages said; `isOver` once the application ends, which pages that are still open complain of. */
  pageErrors: { texts: string[]; isOver: boolean }
}

/** Every page of a test's browser must keep quiet: an error in its console, or one that nobody caught, fails the test. */
export const test = base.extend<Quiet>({
  expectedErrors: [[], { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it that no other fixture is asked for
  pageErrors: async ({}, use) => use({ texts: [], isOver: false }),
  context: async ({ context, expectedErrors, pageErrors }, use) => {
    const note = (text: string): void => {
      if (!pageErrors.isOver && !expectedErrors.some((expected) => expected.test(text))) pageErrors.texts.push(text)
    }
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'assert')
        note(`${message.text()} (${message.location().url})`)
    })
    context.on('weberror', (error) => note(String(error.error().stack ?? error.error())))
    await use(context)
    expect(pageErrors.texts, 'errors of the page').toEqual([])
  },
})
