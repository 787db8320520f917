import { defineConfig } from '@playwright/test'

/** The desktop application in a real window (scripts/testElectron.ts); nothing here runs without it. */
export default defineConfig({
  testDir: 'test/electron',
  outputDir: 'test-results/electron',
  timeout: 900_000,
  expect: { timeout: 90_000 },
  // One window at a time has the keyboard.
  workers: 1,
  // Electron of that age now and then dies by itself, in a thread of V8’s; a test that needs a second try is told to be flaky.
  retries: 1,
  reporter: 'list',
  use: { actionTimeout: 90_000, trace: process.env.TRACE ? 'retain-on-failure' : 'off' },
})
