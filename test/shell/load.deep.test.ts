import { expect, test } from 'vitest'
import { runLoad } from './load.ts'

test('several people mark at once: every mark is there, once, and all screens agree', async () => {
  const result = await runLoad({ clients: 8, perSecond: 4, seconds: 3, images: 60, labels: 12 })
  expect(result).toMatchObject({ marks: 96, lost: 0, actionsAmiss: 0, screensAmiss: 0, integrity: 'ok' })
})
