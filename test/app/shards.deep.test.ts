import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { shardFolder, startMergeCaches, startShard } from '../../src/main/app/training/shards.ts'
import { startEmbedding } from '../../src/main/app/training/training.ts'
import { newApplication, pictureProject } from './support.ts'

/** The files of a cache's one backbone. */
function bytesOf(cacheFolder: string): { index: Buffer; records: Buffer } {
  const [name] = readdirSync(path.join(cacheFolder, 'features'))
  const folder = path.join(cacheFolder, 'features', name)
  return { index: readFileSync(path.join(folder, 'index')), records: readFileSync(path.join(folder, 'records')) }
}

test('features embedded in parts, joined, are byte for byte those of one machine', async () => {
  const { application, workspace, imagesRoot, names } = await pictureProject(20)
  const { project } = workspace
  // Two files of one content, and one that can't be read.
  cpSync(path.join(imagesRoot, names[3]), path.join(imagesRoot, 'copy.png'))
  await expect(startMergeCaches(workspace).done).rejects.toMatchObject({ code: 'cache-missing' })
  await startEmbedding(workspace, { device: 'cpu' }).done
  const whole = bytesOf(project.cacheFolder)
  rmSync(path.join(project.cacheFolder, 'features'), { recursive: true })

  // The parts, the last first, with the project open for reading only; each image is in one of them.
  const { path: file } = project
  await application.close()
  const reading = await newApplication().open(file, { readOnly: true })
  const parts = [1, 2, 3].map((part) => ({ part, of: 3 }))
  const embedded: number[] = []
  for (const shard of parts.toReversed()) {
    embedded.push((await startShard(reading, { shard, device: 'cpu' }).done).embedded)
  }
  expect(embedded.reduce((a, b) => a + b)).toBe(20)
  expect(embedded.every((count) => count > 0)).toBe(true)
  expect(existsSync(path.join(project.cacheFolder, 'features'))).toBe(false)

  const again = await application.open(file)
  const { caches, parts: joined } = await startMergeCaches(again).done
  expect(joined).toEqual(parts.map((shard) => shardFolder(again, shard)))
  expect(caches).toEqual([expect.objectContaining({ images: 20, added: 20, differing: 0, missing: 0 })])
  const merged = bytesOf(project.cacheFolder)
  expect(merged.index.equals(whole.index)).toBe(true)
  expect(merged.records.equals(whole.records)).toBe(true)
  expect(readdirSync(path.dirname(file)).filter((name) => name.includes('merging'))).toEqual([])

  // Once more changes nothing; a part that is missing is counted; nothing that was there is lost.
  await startMergeCaches(again).done
  expect(bytesOf(project.cacheFolder)).toEqual(merged)
  rmSync(path.join(project.cacheFolder, 'features'), { recursive: true })
  const some = await startMergeCaches(again, [shardFolder(again, parts[0]), shardFolder(again, parts[2])]).done
  expect(some.caches[0]).toMatchObject({ missing: embedded[1], images: 20 - embedded[1] })
  await startEmbedding(again, { device: 'cpu' }).done
  const late = await startMergeCaches(again).done
  expect(late.caches[0]).toMatchObject({ missing: 0, images: 20, added: 0 })
  expect(bytesOf(project.cacheFolder)).toEqual(merged)

  // What the project has already is not embedded again.
  rmSync(shardFolder(again, parts[0]), { recursive: true })
  expect(await startShard(again, { shard: parts[0], device: 'cpu' }).done).toMatchObject({ embedded: 0 })
  expect(() => startMergeCaches(again, [project.cacheFolder])).toThrowError(
    expect.objectContaining({ code: 'cache-own' }),
  )
  writeFileSync(path.join(path.dirname(file), 'empty'), '')
  await expect(startMergeCaches(again, [path.join(path.dirname(file), 'empty')]).done).rejects.toMatchObject({
    code: 'cache-missing',
  })
})
