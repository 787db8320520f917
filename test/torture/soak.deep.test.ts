import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureRenderer } from '../../scripts/rendererBuild.ts'
import { imageUrl } from '../../src/contract/contract.ts'
import { ask, connect, letIn } from '../shell/webSupport.ts'
import { temporaryFilesIn } from './caches.ts'
import { Program } from './program.ts'
import { Workshop } from './workshop.ts'

let shop: Workshop
beforeAll(() => {
  ensureRenderer()
  shop = new Workshop(mkdtempSync(path.join(tmpdir(), 'surmise-soak-')), 3)
})
afterAll(() => rmSync(shop.folder, { recursive: true, force: true }))

/** What the processes of a program hold open, and how many threads they have. */
function heldBy(pid: number): { files: string[]; threads: number } {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  const pids = [String(pid), ...children]
  const files = pids.flatMap((one) =>
    readdirSync(`/proc/${one}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${one}/fd/${fd}`).replace(/\d+/g, '#')]
      } catch {
        // It was closed meanwhile.
        return []
      }
    }),
  )
  return { files: files.sort(), threads: pids.reduce((sum, one) => sum + readdirSync(`/proc/${one}/task`).length, 0) }
}

// `npm run bench -- soak` does it for hours, and watches the memory; here what is held open is counted.
test.skipIf(process.platform !== 'linux')(
  'round after round of work: no file, no thread and no temporary file is left behind',
  async () => {
    const file = await shop.makeProject()
    const program = new Program(['serve', file, '--no-open'], shop.home)
    try {
      const url = await program.url()
      const port = Number(new URL(url).port)
      const cookie = await letIn(port, url)
      const { client, socket } = await connect(port, cookie)
      const ids = [
        ...new Int32Array(await (await client.images.query({ filter: {}, sort: { by: 'path' } })).arrayBuffer()),
      ]
      const [label] = await client.labels.list()
      const round = async (): Promise<void> => {
        const other = await connect(port, cookie)
        for (const [i, { id, version }] of (await client.images.rows({ ids })).entries()) {
          const size = i % 2 === 0 ? 'thumbnail' : 'full'
          const place = imageUrl('', size, { id, version })
          expect((await ask(port, place, { Cookie: cookie })).status).toBe(200)
          await client.marks.set({ changes: [{ imageId: id, labelId: label.id, state: i % 2 === 0 ? 1 : -1 }] })
          if (i % 5 === 0) await client.history.undo()
        }
        await client.exchange.export({ format: 'csv', path: shop.place('out.csv'), overwrite: true })
        const { token } = await client.exchange.preview({ path: shop.place('out.csv') })
        const choices = { rest: 'unknown', conflicts: 'keep', suggestions: true } as const
        await client.exchange.import({ token, choices })
        const { name } = await client.backups.make()
        await client.backups.restore({ name })
        other.socket.close()
        await expect.poll(async () => (await client.jobs.list()).some(({ state }) => state === 'running')).toBe(false)
      }
      await round()
      await round()
      const before = heldBy(program.child.pid!)
      for (let i = 0; i < 4; i++) await round()
      // Sockets and threads take a moment to end.
      await expect.poll(() => heldBy(program.child.pid!).files.length).toBeLessThanOrEqual(before.files.length)
      await expect.poll(() => heldBy(program.child.pid!).threads).toBeLessThanOrEqual(before.threads)
      expect(temporaryFilesIn(shop.folder)).toEqual([])
      socket.close()
    } finally {
      program.kill(true)
      await program.gone()
    }
  },
)
