import { createServer } from 'node:net'
import { expect, test } from './fixture.ts'
import { openProject } from './hands.ts'
import { whileAway } from './quiet.ts'

// The application is started anew in between.
test.use({ expectedErrors: [whileAway] })

test('after a restart, at another address too, everything is as it was left', async ({
  app: page,
  served,
  trained,
}) => {
  await openProject(page, trained)
  await page.getByRole('combobox', { name: 'Sort' }).selectOption('Least known first')
  await page.getByRole('button', { name: 'Has suggestions' }).click()
  await page.getByRole('slider', { name: 'Thumbnail size' }).fill('240')
  const width = page.getByRole('separator', { name: 'Label list width' })
  await width.focus()
  await page.keyboard.press('ArrowRight')
  const wide = (await width.getAttribute('aria-valuenow')) ?? ''
  // How a label is gone through, how the model page is ordered, what was exported last.
  await page.getByRole('listbox', { name: 'Images', exact: true }).focus()
  await page.keyboard.press('v')
  await page.getByRole('combobox', { name: 'Start with', exact: true }).selectOption({ index: 1 })
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+.')
  await page.getByRole('button', { name: 'Label', exact: true }).click()
  await expect(page.getByRole('columnheader', { name: 'Label' }).first()).toHaveAttribute('aria-sort', 'ascending')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+e')
  await page.getByRole('dialog').getByLabel('Format').selectOption('csv')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('dark')
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  // What was chosen last is kept within half a second, or when the window closes.
  await page.goto('about:blank')

  await served.end('SIGINT')
  const other = await served.start('--port', String(await freePort(new URL(served.url).port)))
  await page.goto(other)
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await openProject(page, trained)
  await expect(page.getByRole('combobox', { name: 'Sort' })).toHaveValue('known')
  await expect(page.getByRole('button', { name: 'Has suggestions' })).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('slider', { name: 'Thumbnail size' })).toHaveValue('240')
  await expect(width).toHaveAttribute('aria-valuenow', wide)
  await page.getByRole('listbox', { name: 'Images', exact: true }).focus()
  await page.keyboard.press('v')
  await expect(page.getByRole('combobox', { name: 'Start with', exact: true })).toHaveValue('uncertain')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('columnheader', { name: 'Label' }).first()).toHaveAttribute('aria-sort', 'ascending')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+e')
  await expect(page.getByRole('dialog').getByLabel('Format')).toHaveValue('csv')
})

/** A port that nobody listens on, other than this one. */
async function freePort(butNot: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const other = String(port) === butNot ? await freePort(butNot) : port
  await new Promise((resolve) => server.close(resolve))
  return other
}
