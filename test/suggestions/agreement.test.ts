import { expect, test } from 'vitest'
import { cohensKappa } from '../../src/main/suggestions/agreement.ts'

test('Cohen’s kappa: published examples, and the ends', () => {
  // 50 grant proposals (20 both yes, 5, 10, 15 both no): 0.4, as textbooks have it.
  expect(cohensKappa({ both: 20, first: 5, second: 10, neither: 15 })).toBeCloseTo(0.4, 10)
  expect(cohensKappa({ both: 45, first: 15, second: 25, neither: 15 })).toBeCloseTo(0.1304, 4)
  expect(cohensKappa({ both: 25, first: 35, second: 5, neither: 35 })).toBeCloseTo(0.2593, 4)
  expect(cohensKappa({ both: 7, first: 0, second: 0, neither: 3 })).toBe(1)
  expect(cohensKappa({ both: 0, first: 5, second: 5, neither: 0 })).toBe(-1)
  expect(cohensKappa({ both: 9, first: 0, second: 0, neither: 0 })).toBeNaN()
  expect(cohensKappa({ both: 0, first: 0, second: 0, neither: 0 })).toBeNaN()
})
