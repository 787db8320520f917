import { globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { commandLineOptions } from '../scripts/docs/commands.ts'
import { generatedPages, withGenerated } from '../scripts/docs/generated.ts'
import { formats } from '../src/main/exchange/formats/list.ts'
import { claimsOf, codeOf, headingsOf, linksOf, tableUnder } from './markdown.ts'

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const exists = (file: string): boolean => statSync(path.join(root, file), { throwIfNoEntry: false }) !== undefined

const pages = globSync(['*.md', '{docs,resources,src,test,bench,scripts}/**/*.md'], { cwd: root }).map((file) =>
  file.split(path.sep).join('/'),
)

describe('the documentation', () => {
  test('the README is short', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  test('the README counts the formats rightly', () => {
    expect(read('README.md')).toContain(`COCO JSON or any of ${formats.length - 1} other formats`)
  })

  test.each(generatedPages)('$file says what the program does (`node scripts/docs.ts` writes it)', ({ file, text }) => {
    expect(read(file)).toBe(withGenerated(read(file), text()))
  })

  test('every link leads somewhere', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/user-guide.md']))
    const broken = pages.flatMap((page) =>
      linksOf(read(page))
        .filter((link) => !/^(https?|mailto):/.test(link))
        .filter((link) => {
          const [place, anchor] = link.split('#')
          const target = place === '' ? page : path.posix.join(path.posix.dirname(page), decodeURI(place))
          if (target.startsWith('..') || !exists(target)) return true
          return anchor !== undefined && !headingsOf(read(target)).includes(anchor)
        })
        .map((link) => `${page}: ${link}`),
    )
    expect(broken).toEqual([])
  })

  test('what a page names is there: tests, scripts and files', () => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)
    const tests = globSync('test/**/*.{test,spec}.{ts,tsx}', { cwd: root }).map((file) =>
      file
        .split(path.sep)
        .slice(1)
        .join('/')
        .replace(/(\.deep)?\.(test|spec)\.tsx?$/, ''),
    )
    const found = pages.map((page) => claimsOf(read(page), new Set(tests.map((name) => name.split('/')[0]))))
    const missing = found.flatMap(({ commands, files, tests: named }, index) => [
      ...commands.filter((name) => !scripts.includes(name)).map((name) => `${pages[index]}: npm run ${name}`),
      ...files.filter((file) => globSync(file, { cwd: root }).length === 0).map((file) => `${pages[index]}: ${file}`),
      ...named.filter((name) => !tests.includes(name)).map((name) => `${pages[index]}: ${name}`),
    ])
    expect(found.flatMap((one) => one.tests).length).toBeGreaterThan(50)
    expect(missing).toEqual([])
  })

  test('every option that a page names is one of the command line', () => {
    const options = commandLineOptions()
    const unknown = pages
      .filter((page) => page === 'README.md' || page.startsWith('docs/'))
      .flatMap((page) =>
        codeOf(read(page))
          // Those of other programs, and of the project's own scripts.
          .filter((code) => !/\bnpm (run (?!-s surmise)|ci)/.test(code))
          .flatMap((code) => code.match(/(?<![\w-])--[a-z][\w-]*/g) ?? [])
          .filter((option) => !options.has(option))
          .map((option) => `${page}: ${option}`),
      )
    expect(options.size).toBeGreaterThan(40)
    expect(unknown).toEqual([])
  })

  test('the glossary is short, explains each word once, and the code uses its words', () => {
    const words = tableUnder(read('docs/architecture.md'), 'Glossary').map(([word]) => word)
    expect(words.length).toBeGreaterThan(20)
    expect(words.length).toBeLessThanOrEqual(40)
    expect(words).toEqual([...new Set(words)])
    // Comments and texts don't count: what stands there may be anything.
    const names = globSync('src/{main,contract}/**/*.ts', { cwd: root }).flatMap((file) => [
      ...file.split(/\W/),
      ...read(file)
        .replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'|`[^`]*`/gm, '')
        .match(/\w+/g)!,
    ])
    // labelByLabel → “ label by label ”
    const used = Array.from(
      new Set(names),
      (name) =>
        ` ${name
          .match(/[a-z]+|[A-Z][a-z]*/g)
          ?.join(' ')
          .toLowerCase()} `,
    )
    expect(words.filter((word) => !used.some((name) => name.includes(` ${word} `)))).toEqual([])
  })

  test('the changelog groups what is new, for users', () => {
    const newest = read('CHANGELOG.md').split(/^## /m)[1]
    expect(newest.match(/^### .+$/gm)).toEqual(['### Added', '### Changed', '### Fixed', '### Security'])
  })
})
