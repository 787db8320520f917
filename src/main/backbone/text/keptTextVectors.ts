import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeAtomically } from '../../base/files.ts'
import { programCacheFolder } from '../resolve/programCache.ts'
import type { TextTower } from './textFiles.ts'
import { textVectors } from './textTower.ts'

/**
 * The same as `textVectors`, kept in the program's cache: text encoders are large, and a project's label names are needed
 * at each training.
 * @throws UserError `text-tower-unreadable`
 */
export async function keptTextVectors(
  tower: TextTower,
  texts: readonly string[],
): Promise<{ vectors: Float32Array; width: number }> {
  const { template: _, scale: _s, bias: _b, imageOutput: _i, ...reads } = tower
  const files = await Promise.all([tower.encoder, tower.tokenizer, settingsOf(tower)].map(stateOf))
  const key = createHash('sha256').update(JSON.stringify({ reads, files, texts })).digest('hex').slice(0, 32)
  const file = path.join(programCacheFolder(), 'names', `${key}.f32`)
  const kept = await readFile(file).catch(() => undefined)
  const count = kept && kept.length % (4 * texts.length) === 0 ? kept.length / 4 : 0
  if (kept && count > 0) {
    // A copy, so that the numbers are aligned.
    return { vectors: new Float32Array(Uint8Array.from(kept).buffer), width: count / texts.length }
  }
  const made = await textVectors(tower, texts)
  await mkdir(path.dirname(file), { recursive: true })
  await writeAtomically(file, (handle) => handle.writeFile(new Uint8Array(made.vectors.buffer)))
  return made
}

const settingsOf = ({ tokenizer }: TextTower): string => path.join(path.dirname(tokenizer), 'tokenizer_config.json')

/** A value that changes when a file does. */
async function stateOf(file: string): Promise<string> {
  return stat(file, { bigint: true }).then(
    ({ size, mtimeNs, ino }) => `${size} ${mtimeNs} ${ino}`,
    () => 'none',
  )
}
