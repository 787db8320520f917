/**
 * What the runners of the tests have written down (the JSON reports of vitest and Playwright), as one count and one list.
 */

export interface Count {
  passed: number
  failed: number
  skipped: number
}

/** A test by its file and title, and for one that failed what it said. */
export interface Named {
  title: string
  says?: string
}

export interface Results extends Count {
  failures: Named[]
  skips: Named[]
}

/** The parts of vitest's report that are read. */
export interface VitestReport {
  testResults: {
    name: string
    status: string
    message?: string
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[]
  }[]
}

/** The parts of Playwright's report that are read. */
export interface PlaywrightReport {
  suites?: PlaywrightSuite[]
  errors?: { message?: string }[]
}

interface PlaywrightSuite {
  title: string
  file: string
  specs?: { title: string; tests: PlaywrightTest[] }[]
  suites?: PlaywrightSuite[]
}

interface PlaywrightTest {
  status: 'expected' | 'unexpected' | 'flaky' | 'skipped'
  results: { errors?: { message?: string }[]; error?: { message?: string } }[]
}

const empty = (): Results => ({ passed: 0, failed: 0, skipped: 0, failures: [], skips: [] })

function add(results: Results, outcome: keyof Count, test: Named): void {
  results[outcome]++
  if (outcome === 'failed') results.failures.push(test)
  if (outcome === 'skipped') results.skips.push({ title: test.title })
}

/**
 * @param folder the checkout, which the names of files are told from
 * @returns a file that could not be loaded counts as one test that failed
 */
export function fromVitest({ testResults }: VitestReport, folder: string): Results {
  const results = empty()
  for (const { name, status, message, assertionResults } of testResults) {
    const file = name.startsWith(folder) ? name.slice(folder.length).replace(/^[\\/]/, '') : name
    for (const { fullName, status, failureMessages } of assertionResults) {
      const outcome = status === 'passed' || status === 'failed' ? status : 'skipped'
      add(results, outcome, { title: `${file} › ${fullName.trim()}`, says: failureMessages?.join('\n') })
    }
    // An error outside of any test: the file could not be read, or a hook failed.
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed'))
      add(results, 'failed', { title: file, says: message })
  }
  return results
}

/** @returns a test that passed at its second try has passed; errors outside of any test count as one that failed each */
export function fromPlaywright({ suites = [], errors = [] }: PlaywrightReport): Results {
  const results = empty()
  const walk = (suite: PlaywrightSuite, above: string[]): void => {
    // The outermost suite of a file is called like the file.
    const path = suite.title === suite.file ? [suite.file] : [...above, suite.title]
    for (const { title, tests } of suite.specs ?? []) {
      for (const { status, results: tries } of tests) {
        const outcome = status === 'unexpected' ? 'failed' : status === 'skipped' ? 'skipped' : 'passed'
        const last = tries.at(-1)
        const said = last?.errors?.length ? last.errors : last?.error ? [last.error] : []
        add(results, outcome, { title: [...path, title].join(' › '), says: said.map((e) => e.message).join('\n') })
      }
    }
    for (const inner of suite.suites ?? []) walk(inner, path)
  }
  for (const suite of suites) walk(suite, [])
  for (const { message } of errors) add(results, 'failed', { title: 'outside of any test', says: message })
  return results
}

export const sum = (parts: readonly Results[]): Results => ({
  passed: parts.reduce((all, { passed }) => all + passed, 0),
  failed: parts.reduce((all, { failed }) => all + failed, 0),
  skipped: parts.reduce((all, { skipped }) => all + skipped, 0),
  failures: parts.flatMap(({ failures }) => failures),
  skips: parts.flatMap(({ skips }) => skips),
})

/** One line, in the words of vitest: `Tests  2 failed | 1478 passed | 3 skipped (1483)`. */
export function countLine({ passed, failed, skipped }: Count): string {
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${passed} passed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  return `Tests  ${parts.join(' | ')} (${passed + failed + skipped})`
}
