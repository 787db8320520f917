/* One process that reads monsters, and says what became of each. `tame.ts` starts it, and watches. */
import path from 'node:path'
import { UserError } from '../../src/main/base/errors.ts'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { decodePixels } from '../../src/main/images/decode.ts'
import { examine } from '../../src/main/images/examine.ts'
import { renderImage } from '../../src/main/images/render.ts'
import { readSource } from '../../src/main/images/source.ts'
import { monsters } from './monsters.ts'
import { readersNamed } from './readers.ts'
import type { MonsterOrders, MonsterReport } from './tame.ts'

const orders: MonsterOrders = JSON.parse(process.argv[2])
const tell = (report: MonsterReport) => process.send!(report)

async function outcome(reader: string, folder: string, main: string): Promise<string> {
  const file = path.join(folder, main)
  try {
    if (reader === 'picture') return await pictured(folder, main)
    // Without a project to plan for: what counts is what the file does to the reader.
    const format = formats.find(({ id }) => id === reader)
    if (format) await format.read!(file, {})
    else await readersNamed([reader])[0].read(file, folder)
    return 'read'
  } catch (error) {
    if (error instanceof UserError) return error.code
    throw error
  }
}

/** As a scan, the viewer and a backbone read it. */
async function pictured(folder: string, main: string): Promise<string> {
  const file = path.join(folder, main)
  const cache = path.join(folder, '.cache')
  const scanned = await examine(folder, { path: main, size: 0, mtimeMs: 0 }, cache)
  if (scanned?.status !== 'ok') return scanned?.reasonCode || 'gone'
  await decodePixels(await readSource(file), { width: 384, height: 384 })
  await renderImage(file, scanned.sha256!, cache)
  return 'ok'
}

const ticks = setInterval(() => tell({ ticks: true }), 200)
for (const { place, main, folder } of orders) {
  tell({ begins: place })
  const became = await outcome(monsters[place].reader, folder, main)
  if (Object.hasOwn(Object.prototype, 'polluted')) throw new Error('Object.prototype was changed')
  tell({ place, outcome: became })
}
clearInterval(ticks)
process.disconnect()
