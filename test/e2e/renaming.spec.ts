import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixture.ts'
import { chooseImportFile, openMade } from './holiday.ts'

test('labels of an import are renamed in what was read: the file may be gone by then', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  const file = path.join(served.folder, 'marks.csv')
  writeFileSync(file, 'image,label,value\nred.jpg,Strand,present\n')
  const importing = await chooseImportFile(page, file)
  await importing.getByText('Map label names').click()
  rmSync(file)
  await importing.getByLabel('In this project').selectOption({ label: 'beach' })
  await importing.getByRole('button', { name: 'Map', exact: true }).click()
  await expect(importing.getByText('Strand means beach')).toBeVisible()
  await importing.getByRole('button', { name: 'Take Strand as it is' }).click()
  await expect(importing.getByText('Strand means beach')).toBeHidden()
  await importing.getByText('Map label names').click()
  await importing.getByLabel('In this project').selectOption({ label: 'beach' })
  await importing.getByRole('button', { name: 'Map', exact: true }).click()
  await expect(importing.getByText('Strand means beach')).toBeVisible()
  await importing.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(importing.getByRole('status').filter({ hasText: /1/ }).first()).toBeVisible()
})
