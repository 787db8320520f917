import { expect, test } from './fixture.ts'

// What the fixture watches for, brought about: each of these must fail its test.
for (const [what, script] of [
  ['an error in the console', "console.error('seen')"],
  ['an error that nobody caught', "setTimeout(() => { throw new Error('thrown') })"],
  ['a promise that nobody caught', "void Promise.reject(new Error('rejected'))"],
  ['what the policy of the page forbids', "try { document.body.innerHTML = '<p>' } catch {}"],
]) {
  test(`${what} fails a test`, async ({ app: page }) => {
    test.fail()
    await page.evaluate(`(() => { ${script} })()`)
    await page.evaluate('new Promise((resolve) => setTimeout(resolve))')
  })
}

test('a page that loads says nothing', async ({ app: page }) => {
  await expect(page.getByRole('button', { name: 'Try the sample' })).toBeVisible()
})
