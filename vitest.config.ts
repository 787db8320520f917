import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Native libraries (ONNX Runtime, sharp, SQLite) want a process of their own, not a shared worker thread.
    pool: 'forks',
  },
})
