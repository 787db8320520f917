import { expect, test } from 'vitest'
import { countLine, fromPlaywright, fromVitest, type PlaywrightReport, sum } from '../scripts/testResults.ts'

const units = fromVitest(
  {
    testResults: [
      {
        name: '/here/test/a.test.ts',
        status: 'failed',
        assertionResults: [
          { fullName: 'room one', status: 'passed', failureMessages: [] },
          { fullName: 'room two', status: 'failed', failureMessages: ['expected 1 to be 2'] },
          { fullName: 'room three', status: 'skipped' },
          { fullName: 'room four', status: 'todo' },
        ],
      },
      { name: '/here/test/b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    ],
  },
  '/here',
)

const report: PlaywrightReport = {
  suites: [
    {
      title: 'a.spec.ts',
      file: 'a.spec.ts',
      specs: [
        { title: 'one', tests: [{ status: 'expected', results: [{}] }] },
        { title: 'two', tests: [{ status: 'flaky', results: [{ errors: [{ message: 'once' }] }, {}] }] },
      ],
      suites: [
        {
          title: 'open elsewhere',
          file: 'a.spec.ts',
          specs: [
            { title: 'three', tests: [{ status: 'skipped', results: [] }] },
            { title: 'four', tests: [{ status: 'unexpected', results: [{ errors: [{ message: 'not there' }] }] }] },
          ],
        },
      ],
    },
  ],
  errors: [{ message: 'a worker died' }],
}
const pages = fromPlaywright(report)

test('each test of a report counts once, and so does a file that can’t be loaded', () => {
  expect(units).toEqual({
    passed: 1,
    failed: 2,
    skipped: 2,
    failures: [
      { title: 'test/a.test.ts › room two', says: 'expected 1 to be 2' },
      { title: 'test/b.test.ts', says: 'no such module' },
    ],
    skips: [{ title: 'test/a.test.ts › room three' }, { title: 'test/a.test.ts › room four' }],
  })
  expect(pages).toEqual({
    passed: 2,
    failed: 2,
    skipped: 1,
    failures: [
      { title: 'a.spec.ts › open elsewhere › four', says: 'not there' },
      { title: 'outside of any test', says: 'a worker died' },
    ],
    skips: [{ title: 'a.spec.ts › open elsewhere › three' }],
  })
})

test('all of them make one line', () => {
  expect(countLine(sum([units, pages]))).toBe('Tests  4 failed | 3 passed | 3 skipped (10)')
  expect(countLine({ passed: 1480, failed: 0, skipped: 3 })).toBe('Tests  1480 passed | 3 skipped (1483)')
  expect(countLine({ passed: 12, failed: 0, skipped: 0 })).toBe('Tests  12 passed (12)')
})
