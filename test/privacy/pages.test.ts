import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const source = path.resolve(import.meta.dirname, '../../src')

test.each(['renderer/index.html', 'main/report/page.ts'])(
  '%s: a browser is told that there is nothing to translate at its maker’s',
  (file) => {
    const text = readFileSync(path.join(source, file), 'utf8')
    expect(text).toMatch(/<html lang="en" translate="no"/)
    // Nothing is fetched or looked up ahead.
    expect(text).not.toMatch(/rel="?(prefetch|preconnect|dns-prefetch|prerender)|https?:\/\//)
  },
)

test('the page’s fields are checked for spelling by nobody else', () => {
  expect(readFileSync(path.join(source, 'renderer/index.html'), 'utf8')).toMatch(/<html[^>]* spellcheck="false"/)
})
