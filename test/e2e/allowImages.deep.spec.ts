import { mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { expectNoViolations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { dialog, image, makeProject, openByPath } from './holiday.ts'

test('a project from elsewhere asks before it reads images outside of its own folder', async ({
  app: page,
  served,
}) => {
  const project = await makeProject(served)
  // On another machine nobody has said anything yet.
  renameSync(path.join(served.home, 'image-folders.json'), path.join(served.home, 'other.json'))
  const downloads = path.join(served.folder, 'Downloads')
  mkdirSync(downloads)
  const sent = path.join(downloads, 'Holiday.surmise')
  renameSync(project, sent)
  const photos = path.join(served.folder, 'Pictures', 'holiday')

  await openByPath(page, sent)
  const question = dialog(page, 'Read images from this folder?')
  await expect(question).toContainText(photos)
  await expectNoViolations(page, 'the question before images are read')
  const asked: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/images/')) asked.push(request.url())
  })
  // What is safe has the keyboard.
  await expect(question.getByRole('button', { name: 'Not now' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(question).toHaveCount(0)
  // The project is there, and its images are not.
  await expect(image(page, 'red.jpg')).toBeVisible()
  const waiting = page.getByRole('alert').filter({ hasText: 'aren’t read until you allow it' })
  await expect(waiting).toBeVisible()
  expect(asked).toEqual([])

  await waiting.getByRole('button', { name: 'Decide…' }).click()
  await question.getByRole('button', { name: 'Choose another folder…' }).click()
  await expect(page.getByRole('dialog', { name: 'Image folder' })).toBeVisible()
  await page.keyboard.press('Escape')
  await waiting.getByRole('button', { name: 'Decide…' }).click()
  await question.getByRole('button', { name: 'Allow', exact: true }).click()
  await expect(waiting).toHaveCount(0)
  await expect
    .poll(() =>
      image(page, 'red.jpg')
        .locator('img')
        .first()
        .evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth),
    )
    .toBeGreaterThan(0)

  // It is not asked again.
  await page.reload()
  await expect(image(page, 'red.jpg')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
})
