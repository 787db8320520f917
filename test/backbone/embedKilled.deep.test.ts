import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { embed } from '../../src/main/backbone/embed/embed.ts'
import { makeImages, recordsIn } from './embedded.ts'
import { temporaryFolder } from './models.ts'

test('embedding that is killed again and again ends with the records of one that was not', async () => {
  const images = await makeImages(200)
  const folder = temporaryFolder()
  const input = { images, backbone: 'surmise-tiny@64', cacheFolder: path.join(folder, 'killed') }
  const file = path.join(folder, 'input.json')
  await writeFile(file, JSON.stringify(input))
  let kills = 0
  for (let complete = false; !complete; ) {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'embedProcess.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    // Each time somewhat later, so that it always gets further.
    const patience = 40 + 37 * kills
    for await (const line of createInterface(child.stdout)) {
      const report = JSON.parse(line)
      complete ||= report.complete === true
      if (report.phase === 'embedding' && report.done >= patience) child.kill('SIGKILL')
    }
    const [, signal] = await ended
    if (signal === 'SIGKILL') kills++
  }
  expect(kills).toBeGreaterThan(0)
  const unbroken = { ...input, cacheFolder: path.join(folder, 'unbroken') }
  await embed(unbroken)
  expect(await recordsIn(input)).toEqual(await recordsIn(unbroken))
})
