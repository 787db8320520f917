import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './fixture.ts'

test('the settings list the devices that there are, and the models to go back to', async ({
  app: page,
  served,
  trained: project,
}) => {
  await page.getByRole('button', { name: /^Open a project/ }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(project)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-path]').first()).toBeVisible()
  await page.keyboard.press('Control+,')
  const settings = page.getByRole('dialog', { name: 'Settings' })

  // What the command line says of the devices is what can be chosen.
  const { devices } = JSON.parse((await served.surmise('devices', '--json')).trim().split('\n').at(-1)!) as {
    devices: { device: string; usable: boolean; reason: string | null }[]
  }
  const choice = settings.getByLabel('Train on')
  await expect(settings.getByText(/^Best here: /)).toBeVisible({ timeout: 30_000 })
  for (const { device, usable, reason } of devices) {
    const option = choice.locator(`option[value="${device}"]`)
    if (usable) await expect(option).toBeEnabled()
    else await expect(option).toBeDisabled()
    if (reason) await expect(settings.getByText(reason)).toBeVisible()
  }

  const models = settings.getByRole('region', { name: 'Models' }).getByRole('listitem')
  await expect(models).toHaveCount(2)
  const [newest, oldest] = [models.first(), models.last()]
  const idle = (await newest.getByText('Suggests now').count()) > 0 ? oldest : newest
  await idle.getByRole('button', { name: 'Use this one' }).click()
  await expect(idle).toContainText('Suggests now')
  await expect(models.getByText('Suggests now')).toHaveCount(1)
  const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').setLegacyMode().analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  const list = JSON.parse((await served.surmise('models', project, '--json')).trim().split('\n').at(-1)!)
  expect(list.models.filter(({ current }: { current: boolean }) => current)).toHaveLength(1)
})
