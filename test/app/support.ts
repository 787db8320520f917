import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterEach } from 'vitest'
import { Application } from '../../src/main/app/application.ts'
import { silent } from '../../src/main/base/log.ts'
import { computeEntry } from '../../src/main/shell/paths.ts'

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
  const application = new Application({ version: '0.0.0', configFolder, log: silent, computeEntry })
  applications.push(application)
  return application
}

/** Small pictures of two kinds that any backbone can tell apart: bright on the left, or bright on the right. */
export async function pictures(folder: string, count: number): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const name = `${String(i).padStart(3, '0')}.png`
      const half = { r: 250 - (i % 50), g: 220, b: (i * 7) % 200 }
      await sharp({ create: { width: 48 + (i % 9), height: 48, channels: 3, background: { r: 15, g: 25, b: 60 + i } } })
        .composite([
          {
            input: { create: { width: 22, height: 48, channels: 3, background: half } },
            left: i % 2 === 0 ? 0 : 24,
            top: 0,
          },
        ])
        .png()
        .toFile(path.join(folder, name))
      return name
    }),
  )
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
