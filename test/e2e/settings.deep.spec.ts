import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Graph } from '../../src/main/tensor/graph/graph.ts'
import { onnxModel } from '../../src/main/tensor/onnx/model.ts'
import { cnn } from '../backbone/families.ts'
import { expect, test } from './fixture.ts'
import { dialog, image, openMade } from './holiday.ts'

test('settings: the appearance at once and for good, the project’s own when saved', async ({ app: page, served }) => {
  await openMade(page, served)
  await page.keyboard.press('Control+,')
  const settings = dialog(page, 'Settings')
  await settings.getByRole('radio', { name: 'Dark' }).check()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await settings.getByLabel('Your name').fill('Ann')
  await settings.getByRole('button', { name: 'Save' }).click()
  await expect(settings).toBeHidden()

  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(image(page, 'red.jpg')).toBeVisible()
  await page.keyboard.press('Control+,')
  await expect(settings.getByLabel('Your name')).toHaveValue('Ann')
  await expect(settings.getByText('Original only')).toBeVisible()

  // The backbone, and how it looks at images, are chosen on a page of their own, with what each way costs and brings.
  await settings.getByRole('button', { name: 'Backbones…' }).click()
  const backbones = dialog(page, 'Backbones')
  await expect(backbones.getByRole('radio', { name: /^Original only/ })).toBeChecked()
  await backbones.getByRole('radio', { name: /^Original and mirrored.*half a point/ }).click()
  await expect(backbones.getByRole('radio', { name: /^Original and mirrored/ })).toBeChecked()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+,')
  await expect(settings.getByText('Original and mirrored')).toBeVisible()
})

test('a model that does not say how it wants its pixels is asked about', async ({ app: page, served }) => {
  await openMade(page, served)
  const graph = new Graph()
  cnn()(graph)
  const file = path.join(served.folder, 'ours.onnx')
  writeFileSync(file, onnxModel(graph))
  await page.keyboard.press('Control+k')
  await page.keyboard.type('backbones')
  await page.keyboard.press('Enter')
  const backbones = dialog(page, 'Backbones')
  const own = backbones.getByLabel('Your own model', { exact: true })
  await own.fill(path.join(served.folder, 'none.onnx'))
  await own.press('Enter')
  await expect(backbones.getByRole('alert')).toContainText('none.onnx')
  await own.fill(file)
  await own.press('Enter')
  await expect(backbones.getByRole('alert')).toContainText('doesn’t state its input normalisation')
  const question = backbones.getByRole('group', { name: 'Input normalisation' })
  await question.getByRole('radio', { name: /^0 to 1\b/ }).check()
  await expect(own).toHaveValue(`${file}:unit`)
  await question.getByRole('radio', { name: /ImageNet/ }).check()
  await backbones.getByRole('button', { name: 'Use', exact: true }).click()
  await expect(backbones.getByRole('listitem', { name: /ours/ })).toContainText('In use')
  // The dialog is part of the address: loaded anew, it is there again.
  await page.reload()
  await expect(backbones).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(image(page, 'red.jpg')).toBeVisible()
  await page.keyboard.press('Control+,')
  await expect(dialog(page, 'Settings').getByText(/ours.*Original only/)).toBeVisible()
})

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
  await expect(settings.getByText(/^Best available: /)).toBeVisible()
  for (const { device, usable, reason } of devices) {
    const option = choice.locator(`option[value="${device}"]`)
    if (usable) await expect(option).toBeEnabled()
    else await expect(option).toBeDisabled()
    if (reason) await expect(settings.getByText(reason)).toBeVisible()
  }

  const models = settings.getByRole('region', { name: 'Models' }).getByRole('listitem')
  await expect(models).toHaveCount(2)
  const [newest, oldest] = [models.first(), models.last()]
  const idle = (await newest.getByText('In use').count()) > 0 ? oldest : newest
  await idle.getByRole('button', { name: 'Use this model' }).click()
  await expect(idle).toContainText('In use')
  await expect(models.getByText('In use')).toHaveCount(1)
  const list = JSON.parse((await served.surmise('models', project, '--json')).trim().split('\n').at(-1)!)
  expect(list.models.filter(({ current }: { current: boolean }) => current)).toHaveLength(1)
})
