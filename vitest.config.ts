import { tmpdir } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    // Limits for what hangs, not for what is slow: a machine may do other things, too.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Native libraries (ONNX Runtime, sharp, SQLite) want a process of their own, not a shared worker thread.
    pool: 'forks',
    // What the program keeps for itself is not put among what belongs to the person who runs the tests.
    env: { SURMISE_HOME: path.join(tmpdir(), 'surmise-test-home') },
  },
})
