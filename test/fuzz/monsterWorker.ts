/* One process that reads one monster, and says what became of it. `tame.ts` starts it, and watches. */
import path from 'node:path'
import { UserError } from '../../src/main/base/errors.ts'
import { formatById } from '../../src/main/exchange/formats.ts'
import { decodePixels } from '../../src/main/images/decode.ts'
import { examine } from '../../src/main/images/examine.ts'
import { renderImage } from '../../src/main/images/render.ts'
import { readSource } from '../../src/main/images/source.ts'
import { monsters } from './monsters.ts'
import { readersNamed } from './readers.ts'
import type { MonsterOrders } from './tame.ts'

const { place, main, folder }: MonsterOrders = JSON.parse(process.argv[2])
const { reader } = monsters[place]
const file = path.join(folder, main)

async function outcome(): Promise<string> {
  try {
    if (reader === 'picture') return await pictured()
    const format = formatById(reader)
    // Without a project to plan for: what counts is what the file does to the reader.
    if (format) await format.read!(file, {})
    return 'read'
  } catch (error) {
    if (error instanceof UserError) return error.code
    throw error
  }
}

/** As a scan, the viewer and a backbone read it. */
async function pictured(): Promise<string> {
  const cache = path.join(folder, '.cache')
  const scanned = await examine(folder, { path: main, size: 0, mtimeMs: 0 }, cache)
  if (scanned?.status !== 'ok') return scanned?.reasonCode || 'gone'
  await decodePixels(await readSource(file), { width: 384, height: 384 })
  await renderImage(file, scanned.sha256!, cache)
  return 'ok'
}

async function tensors(): Promise<string> {
  try {
    await readersNamed([reader])[0].read(file, folder)
    return 'read'
  } catch (error) {
    if (error instanceof UserError) return error.code
    throw error
  }
}

process.send!({ begins: true })
const ticks = setInterval(() => process.send!({}), 200)
const became = reader === 'safetensors' ? await tensors() : await outcome()
clearInterval(ticks)
if (Object.hasOwn(Object.prototype, 'polluted')) throw new Error('Object.prototype was changed')
process.send!({ outcome: became })
process.disconnect()
