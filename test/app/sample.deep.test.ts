import path from 'node:path'
import { expect, test } from 'vitest'
import { newApplication, temporaryFolder } from './support.ts'

test('the sample is drawn once: asked for again, it is opened as it was left; another one has another name', async () => {
  const home = temporaryFolder()
  const before = process.env.HOME
  process.env.HOME = home
  try {
    const application = newApplication()
    const { project } = await application.sample()
    const { path: file, name } = project
    project.labels.add({ name: 'mine' })
    const again = await application.sample()
    expect([again.project.path, again.project.name]).toEqual([file, name])
    expect(again.project.labels.list().map((label) => label.name)).toContain('mine')
    const other = await application.sample(path.join(home, 'elsewhere'))
    expect(other.project.name).toBe('Sample 2')
    expect((await application.recent.list()).map((one) => one.name)).toEqual(['Sample 2', 'Sample'])
  } finally {
    process.env.HOME = before
  }
})
