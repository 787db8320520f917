import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'

test('what is found on this machine, to be looked at and to be sent on', async ({
  app: page,
  served,
  sample,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.keyboard.press('Control+k')
  await page.keyboard.type('check this')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Check this installation' })
  await expect(dialog.getByRole('status')).toHaveText(/Everything works|Surmise works/)
  await expect(dialog).toContainText('ONNX Runtime')
  await expect(dialog).toContainText('none open')
  await expectNoViolations(page, 'doctor', '[role=dialog]')
  await dialog.getByRole('button', { name: 'Copy as text' }).click()
  await expect(page.getByText('Copied, without folder names.')).toBeVisible()
  const copied = await page.evaluate(() => (globalThis as unknown as Clipboard).navigator.clipboard.readText())
  expect(copied).toMatch(/^Versions\n[\s\S]*\nDevices\n[\s\S]*CPU\s+usable/)
  expect(copied).not.toContain(served.folder)

  // The same on the command line, with a project.
  const told = await served.surmise('doctor', sample)
  expect(told).toMatch(/✓ Database\s+sound/)
  expect(told).not.toContain(served.folder)
})

interface Clipboard {
  navigator: { clipboard: { readText(): Promise<string> } }
}
