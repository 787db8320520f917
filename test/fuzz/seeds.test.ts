import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { readers } from './readers.ts'

const ofTables = new Set([...formats.map(({ id }) => id), 'arrow', 'parquet'])

/** Of one that is refused, no change reaches what reads it. Those of other readers are tried before they are broken. */
test.each(readers.filter(({ id }) => ofTables.has(id)).map((reader) => [reader.id, reader] as const))(
  '%s: whole files are read',
  async (_, reader) => {
    const seeds = await reader.seeds()
    expect(seeds.length).toBeGreaterThan(0)
    for (const { files, main } of seeds) {
      const folder = mkdtempSync(path.join(tmpdir(), 'surmise-seed-'))
      try {
        for (const [name, bytes] of files) {
          mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
          writeFileSync(path.join(folder, name), bytes)
        }
        await reader.read(path.join(folder, main), folder)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
  },
)
