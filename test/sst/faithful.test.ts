import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { methodParity } from '../../src/main/benchmark/parity/methodParity.ts'
import { describeWithShared, sharedPath } from '../shared.ts'

describeWithShared('the reference implementation’s numbers', ['fixtures'], () => {
  const files = readdirSync(sharedPath('fixtures')).filter((name) => /^sst_.*\.safetensors$/.test(name))
  for (const file of files) {
    test(file, async () => {
      const { comparisons, leftOut } = await methodParity(sharedPath('fixtures', file))
      expect(comparisons.filter(({ passed }) => !passed)).toEqual([])
      const quantities = comparisons.map(({ quantity }) => quantity)
      const counts = ['output.', 'loss.', 'grad.', 'adam'].map(
        (kind) => quantities.filter((name) => name.startsWith(kind)).length,
      )
      // 28 parameters and the feature map; b3 and b4 have no gradient but rounding.
      expect(counts).toEqual([6, 6, 29, 1])
      expect(leftOut).toEqual([expect.stringContaining('decoupling.hidden.bias and decoupling.score.bias')])
    })
  }
})
