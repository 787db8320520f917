import { test as base, expect } from '@playwright/test'

interface Quiet {
  /** Errors that a test brings about on purpose. */
  expectedErrors: readonly RegExp[]
}

/** Every page of a test's browser must keep quiet: an error in its console, or one that nobody caught, fails the test. */
export const test = base.extend<Quiet>({
  expectedErrors: [[], { option: true }],
  context: async ({ context, expectedErrors }, use) => {
    const errors: string[] = []
    const note = (text: string): void => {
      if (!expectedErrors.some((expected) => expected.test(text))) errors.push(text)
    }
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'assert')
        note(`${message.text()} (${message.location().url})`)
    })
    context.on('weberror', (error) => note(String(error.error().stack ?? error.error())))
    await use(context)
    expect(errors, 'errors of the page').toEqual([])
  },
})
