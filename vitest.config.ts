import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { compileCache } from './scripts/compileCache.ts'

/** Each takes a minute or so: begun last, it would be waited for by processors that have nothing to do. */
const long = [
  'torture/torture.',
  'privacy/nothingSent.',
  'shell/photos.',
  'shell/hostile',
  'shell/oversizedCalls.',
  'deviceFailure.',
  'training/webgpu.',
  'fuzz/fuzz.',
  'benchmark/',
]

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((name) => moduleId.includes(name))
      return at < 0 ? long.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    // Limits for what hangs, not for what is slow: a machine may do other things, too.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    // Native libraries (ONNX Runtime, sharp, SQLite) want a process of their own, not a shared worker thread.
    pool: 'forks',
    // Two more than there are processors: much of the time a test waits for what it has started.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongFirst },
    // What the program keeps for itself is not put among what belongs to the person who runs the tests.
    env: { SURMISE_HOME: path.join(tmpdir(), 'surmise-test-home'), ...compileCache },
    // A file's name says which tier it is in (scripts/test.ts).
    projects: [
      {
        extends: true,
        test: {
          name: 'common',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.deep.test.ts', 'test/**/*.peers.test.ts'],
        },
      },
      { extends: true, test: { name: 'deep', include: ['test/**/*.deep.test.ts'] } },
      { extends: true, test: { name: 'peers', include: ['test/**/*.peers.test.ts'] } },
    ],
  },
})
