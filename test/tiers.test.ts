import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import pages from '../playwright.config.ts'
import windows from '../playwright.electron.config.ts'
import units from '../vitest.config.ts'

const root = path.resolve(import.meta.dirname, '..')
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => /\.(test|spec)\.[cm]?[jt]sx?$/.test(file))

const matches = (file: string, globs: unknown): boolean =>
  [globs].flat().some((glob) => glob !== undefined && path.matchesGlob(file, String(glob)))

/** Each tier of each runner, and whether it takes a file. */
const tiers: [name: string, takes: (file: string) => boolean][] = [
  ...(units.test?.projects ?? []).map((project): (typeof tiers)[number] => {
    if (typeof project !== 'object' || !('test' in project)) throw new Error('a project of vitest without its files')
    const { name, include, exclude } = project.test ?? {}
    return [`vitest ${name}`, (file) => matches(file, include) && !matches(file, exclude)]
  }),
  ...(pages.projects ?? []).map(({ name, testMatch, testIgnore }): (typeof tiers)[number] => [
    `playwright ${name}`,
    (file) => file.startsWith(`${pages.testDir}/`) && matches(file, testMatch) && !matches(file, testIgnore),
  ]),
  // Playwright takes every `.spec.ts` where nothing else is said.
  ['desktop window', (file) => file.startsWith(`${windows.testDir}/`) && file.endsWith('.spec.ts')],
]

test('every file of tests is in exactly one tier, which its name tells', () => {
  expect(tiers.map(([name]) => name)).toEqual([
    'vitest common',
    'vitest deep',
    'vitest peers',
    'playwright common',
    'playwright deep',
    'desktop window',
  ])
  expect(files).toContain(path.relative(root, import.meta.filename).replaceAll('\\', '/'))
  for (const file of files) {
    const takenBy = tiers.filter(([, takes]) => takes(file)).map(([name]) => name)
    const runner = file.startsWith('test/e2e/') ? 'playwright' : 'vitest'
    const tier = file.startsWith('test/electron/')
      ? 'desktop window'
      : `${runner} ${/\.(deep|peers)\./.exec(file)?.[1] ?? 'common'}`
    expect([file, takenBy]).toEqual([file, [tier]])
  }
  for (const [name, takes] of tiers) expect([name, files.some(takes)]).toEqual([name, true])
})
