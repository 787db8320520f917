import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { examine } from '../../src/main/app/doctor/doctor.ts'
import { bytes, cacheFindings, diskFindings, permissionFindings } from '../../src/main/app/doctor/places.ts'
import { UserError } from '../../src/main/base/errors.ts'
import { newApplication, pictureProject, temporaryFolder } from './support.ts'

test('a sound project on a machine that works: versions, devices, disk, database, cache, and no private path', async () => {
  const { application, workspace, folder, imagesRoot } = await pictureProject(3)
  const { findings, text } = await examine(application)
  const says = (part: string, name: string) => findings.find((one) => one.part === part && one.name === name)
  expect(says('versions', 'Node')?.says).toBe(process.versions.node)
  expect(says('versions', 'SQLite')?.says).toMatch(/^3\.\d+/)
  expect(says('versions', 'ONNX Runtime')?.says).toMatch(/^1\.\d+/)
  expect(says('versions', 'libvips')?.says).toMatch(/^\d+\.\d+/)
  expect(says('versions', 'Compute process')).toMatchObject({ state: 'good', says: expect.stringContaining('answers') })
  expect(says('devices', 'CPU')).toMatchObject({ state: 'good', says: expect.stringMatching(/^usable/) })
  const others = findings.filter(({ part, name, state }) => part === 'devices' && name !== 'CPU' && state === 'fact')
  for (const { says: reason } of others) expect(reason).toMatch(/\w/)
  expect(says('disk', 'Disk')?.says).toMatch(/free of \d.* for settings and log/)
  expect(says('project', 'Images')?.says).toBe('3 images, 0 unreadable, 0 missing')
  expect(says('project', 'Database')).toMatchObject({ state: 'good' })
  expect(says('cache', 'all')?.says).toMatch(/^\d.* in \d+ files/)
  expect(findings.filter(({ state }) => state === 'problem')).toEqual([])
  for (const place of [folder, imagesRoot, workspace.project.path, homedir()]) expect(text).not.toContain(place)
  expect(text).toContain('Database')
})

test('what is wrong has a sentence and a way out', async () => {
  const { application, workspace, imagesRoot } = await pictureProject(2)
  rmSync(imagesRoot, { recursive: true })
  const gone = await examine(application)
  expect(gone.findings).toContainEqual({
    ...{ part: 'permissions', name: 'Images', state: 'warning', says: 'not found: <images>' },
    hint: expect.stringMatching(/\w/),
  })
  expect(gone.text).toContain('! Images')
  await application.close()
  const file = workspace.project.path
  const page = readFileSync(file)
  // Past the header and the schema: the file opens, and only a look at all of it finds what is wrong.
  const error = new UserError('project-damaged', `The project file is damaged: ${file}`, 'Go back to a copy.')
  writeFileSync(file, page.fill(0xff, 100))
  const refused = await application.open(file).catch((one: unknown) => one)
  expect(refused).toMatchObject({ name: 'UserError' })
  for (const one of [refused, error]) {
    const { findings, text } = await examine(application, { refused: { file, error: one } })
    const finding = findings.find(({ part }) => part === 'project')
    expect(finding).toMatchObject({ state: 'problem', says: expect.stringMatching(/<project>/) })
    expect(text).not.toContain(path.dirname(file))
  }
})

test('a compute process that can’t start is a finding, and the rest is still told', async () => {
  const application = newApplication()
  const { compute } = application.context
  await compute.stop()
  Object.assign(application.context, {
    compute: {
      run: () => Promise.reject(new UserError('x', 'It is not there.', 'Install.')),
      stop: async () => undefined,
    },
  })
  const { findings } = await examine(application)
  Object.assign(application.context, { compute })
  expect(findings.find(({ name }) => name === 'Compute process')).toMatchObject({
    ...{ state: 'problem', says: 'It is not there.', hint: 'Install.' },
  })
  expect(findings.some(({ part }) => part === 'disk')).toBe(true)
})

test('places: a folder that is not there yet is judged by the one above it', async () => {
  const folder = temporaryFolder()
  const [later, locked] = [path.join(folder, 'a/b'), path.join(folder, 'locked')]
  mkdirSync(locked)
  chmodSync(locked, 0o500)
  const places = [
    { name: 'Later', folder: later, writes: true },
    { name: 'Locked', folder: locked, writes: true },
  ]
  const [one, other] = await permissionFindings(places)
  expect(one.state).toBe('good')
  // Nothing is locked for root.
  expect(other.state).toBe(process.getuid?.() === 0 || process.platform === 'win32' ? 'good' : 'problem')
  expect(await diskFindings(places)).toHaveLength(1)
  expect(await cacheFindings(later)).toMatchObject([{ says: 'empty' }])
  mkdirSync(path.join(folder, 'cache/thumbnails/aa'), { recursive: true })
  writeFileSync(path.join(folder, 'cache/thumbnails/aa/1.webp'), Buffer.alloc(1500))
  writeFileSync(path.join(folder, 'cache/CACHEDIR.TAG'), 'tag')
  expect((await cacheFindings(path.join(folder, 'cache'))).map(({ name, says }) => [name, says])).toEqual([
    ['all', '1.5 kB in 2 files'],
    ['thumbnails', '1.5 kB in 1 file'],
    ['other files', '3 bytes in 1 file'],
  ])
  expect([0, 999, 1000, 123_456, 2.5e12].map(bytes)).toEqual(['0 bytes', '999 bytes', '1.0 kB', '123 kB', '2.5 TB'])
})
