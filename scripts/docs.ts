/**
 * Writes the parts of `docs/` that are made from the program itself: the commands and the formats.
 *
 *     node scripts/docs.ts
 *
 * `test/docs.test.ts` fails while a page says something else than the program does.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { generatedPages, withGenerated } from './docs/generated.ts'

for (const { file, text } of generatedPages) {
  const place = path.join(import.meta.dirname, '..', file)
  const before = readFileSync(place, 'utf8')
  const after = withGenerated(before, text())
  if (after !== before) writeFileSync(place, after)
  process.stdout.write(`${file}: ${after === before ? 'up to date' : 'updated'}\n`)
}
