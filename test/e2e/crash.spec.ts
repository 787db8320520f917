import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'

// The bug that the page is brought down by.
test.use({ expectedErrors: [/Cannot read properties of undefined/] })

test('a page that a bug brings down says that nothing is lost, tells the log, and comes back', async ({
  page,
  served,
  sample,
}) => {
  // What a bug in the main process could send: the counts of the project are missing.
  let isBroken = false
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => server.send(message))
    server.onMessage((message) => {
      const text = isBroken && typeof message === 'string' ? message.replaceAll('"images":{', '"pictures":{') : message
      socket.send(text)
    })
  })
  await page.goto(served.url)
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(sample)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  isBroken = true
  await page.reload()
  const crash = page.getByRole('alert')
  await expect(crash).toContainText('Your project is safe')
  await expectNoViolations(page, 'crash screen')
  isBroken = false
  await expect(page.getByRole('button', { name: 'Restore' })).toBeFocused()
  await expect.poll(() => readFileSync(path.join(served.home, 'logs/surmise.log'), 'utf8')).toContain('A page failed')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
})
