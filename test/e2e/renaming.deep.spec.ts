import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from './fixture.ts'
import { chooseImportFile, expectCounts, finishImport, mapLabel, openMade } from './holiday.ts'

test('labels of an import are renamed in what was read: the file may be gone by then', async ({
  app: page,
  served,
}) => {
  await openMade(page, served)
  const file = path.join(served.folder, 'marks.csv')
  writeFileSync(file, 'image,label,value\nred.jpg,Strand,present\n')
  const importing = await chooseImportFile(page, file)
  await expect(importing.getByText('Map label names')).toBeVisible()
  rmSync(file)
  const mapped = await mapLabel(importing, 'Strand', 'beach')
  await importing.getByRole('button', { name: /^Don’t map .*Strand/ }).click()
  await expect(mapped).toBeHidden()
  await mapLabel(importing, 'Strand', 'beach')
  await finishImport(importing)
  await expectCounts(page, 'beach', 1, 0)
})
