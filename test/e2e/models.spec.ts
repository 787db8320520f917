import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './fixture.ts'

test('the settings list the devices that there are, and the models to go back to', async ({
  app: page,
  served,
  sample,
}) => {
  // Some images of the sample, with what is known of them: enough to train on, quickly.
  const [marks, images] = [path.join(served.folder, 'marks.csv'), path.join(served.folder, 'some')]
  await served.surmise('export', sample, marks, '--format', 'csv')
  mkdirSync(images)
  const all = path.join(path.dirname(sample), 'images')
  for (const name of readdirSync(all).sort().slice(0, 40)) cpSync(path.join(all, name), path.join(images, name))
  const project = path.join(served.folder, 'some.surmise')
  await served.surmise('new', project, '--images', images)
  await served.surmise('import', project, marks)
  for (const seed of ['1', '2']) await served.surmise('train', project, '--seed', seed, '--device', 'cpu')
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
