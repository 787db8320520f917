import { defineConfig } from '@playwright/test'
import { findChromium } from './scripts/chromium.ts'
import { compileCache } from './scripts/compileCache.ts'
// Names the folder before there are workers.
import './test/e2e/madeOnce.ts'

Object.assign(process.env, compileCache)

/** End-to-end tests: the built pages in a real browser, over the web shell (test/e2e/fixture.ts). */
export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results',
  globalTeardown: './test/e2e/madeOnce.ts',
  // Limits for what hangs, not for what is slow: a machine may do other things, too.
  timeout: 900_000,
  expect: { timeout: 90_000 },
  // Each test starts an application of its own, and much of its time it waits for a screen: two processors have room for four.
  workers: 4,
  fullyParallel: true,
  reporter: 'list',
  // A file's name says which tier it is in (scripts/test.ts).
  projects: [
    { name: 'common', testMatch: '**/*.spec.ts', testIgnore: '**/*.deep.spec.ts' },
    { name: 'deep', testMatch: '**/*.deep.spec.ts' },
  ],
  snapshotPathTemplate: '{testDir}/pictures/{arg}-{platform}{ext}',
  use: {
    viewport: { width: 1280, height: 800 },
    // What never comes is told where it is missed, and not by the end of the test.
    actionTimeout: 90_000,
    screenshot: 'only-on-failure',
    // Keeping traces slows every test: TRACE=1 for one that fails and can't be understood.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    launchOptions: {
      executablePath: findChromium(),
      // Chromium's sandbox refuses to run as root.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
})
