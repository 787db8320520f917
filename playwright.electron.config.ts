import { defineConfig } from '@playwright/test'

/** The desktop application in a real window (scripts/testElectron.ts); nothing here runs without it. */
export default defineConfig({
  testDir: 'test/electron',
  outputDir: 'test-results/electron',
  timeout: 240_000,
  expect: { timeout: 30_000 },
  // One window at a time has the keyboard.
  workers: 1,
  reporter: 'list',
  use: { actionTimeout: 30_000, trace: process.env.TRACE ? 'retain-on-failure' : 'off' },
})
