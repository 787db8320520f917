import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'
import { Application } from '../../src/main/app/application.ts'
import { silent } from '../../src/main/base/log.ts'
import { computeEntry } from '../../src/main/shell/paths.ts'
import { pictures } from './pictures.ts'

export { pictures }

const folders: string[] = []
const applications: Application[] = []

afterEach(async () => {
  for (const application of applications.splice(0)) await application.shutdown()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-app-'))
  folders.push(folder)
  return folder
}

/** The application over a real compute process; it ends with the test. */
export function newApplication(configFolder = temporaryFolder()): Application {
  const options = { version: '0.0.0', configFolder, log: silent, computeEntry }
  // A card that is made of software answers late on a busy machine.
  const application = new Application({ ...options, deviceAnswersWithin: 300_000 })
  applications.push(application)
  return application
}

/** A project of such pictures with the labels `left` and `right`, looked through. */
export async function pictureProject(count = 8, application = newApplication()) {
  const folder = temporaryFolder()
  const imagesRoot = path.join(folder, 'images')
  const names = await pictures(imagesRoot, count)
  const project = { path: path.join(folder, 'p.surmise'), imagesRoot, labels: ['left', 'right'] }
  const { workspace, scan } = await application.createAndScan(project)
  await scan.done
  return { application, workspace, folder, imagesRoot, names }
}
