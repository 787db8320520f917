import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { picture, temporaryFolder } from './pictures.ts'
import { TestProject } from './project.ts'

/** What people do to a folder of images between two scans. Files are told by their place among those that are there. */
type Change =
  | { kind: 'write'; name: string; content: number }
  | { kind: 'modify'; file: number; content: number }
  | { kind: 'copy'; file: number; name: string }
  | { kind: 'rename'; file: number; name: string }
  | { kind: 'swap'; file: number; other: number }
  | { kind: 'delete'; file: number }

const name = fc.constantFrom('a.png', 'b.png', 'c.png', 'x/a.png', 'x/b.png', 'y/a.png', 'y/ü.png')
const content = fc.integer({ min: 0, max: 9 })
const file = fc.nat({ max: 20 })
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), name, content }),
  fc.record({ kind: fc.constant('modify' as const), file, content }),
  fc.record({ kind: fc.constant('copy' as const), file, name }),
  fc.record({ kind: fc.constant('rename' as const), file, name }),
  fc.record({ kind: fc.constant('swap' as const), file, other: file }),
  fc.record({ kind: fc.constant('delete' as const), file }),
)

const contents = await Promise.all(Array.from({ length: 10 }, (_, seed) => picture(seed, { width: 6, height: 5 })))

/** A folder, and what it holds. */
class Folder {
  readonly root = temporaryFolder()
  readonly files = new Map<string, number>()
  #clock = 0

  async apply(change: Change): Promise<void> {
    if (change.kind === 'write') return this.#write(change.name, change.content)
    const names = [...this.files.keys()].sort()
    if (names.length === 0) return
    const name = names[change.file % names.length]
    const content = this.files.get(name)!
    if (change.kind === 'modify') await this.#write(name, change.content)
    else if (change.kind === 'copy') await this.#write(change.name, content)
    else if (change.kind === 'rename') await this.#move(name, change.name)
    else if (change.kind === 'delete') {
      await rm(this.#at(name))
      this.files.delete(name)
    } else {
      const other = names[change.other % names.length]
      if (other === name) return
      await this.#move(name, 'swap.tmp')
      await this.#move(other, name)
      await this.#move('swap.tmp', other)
    }
  }

  async #write(name: string, content: number): Promise<void> {
    await mkdir(path.dirname(this.#at(name)), { recursive: true })
    await writeFile(this.#at(name), contents[content])
    // Real changes are milliseconds apart; these need not be.
    this.#clock++
    await utimes(this.#at(name), this.#clock, this.#clock)
    this.files.set(name, content)
  }

  async #move(from: string, to: string): Promise<void> {
    if (from === to) return
    await mkdir(path.dirname(this.#at(to)), { recursive: true })
    await rename(this.#at(from), this.#at(to))
    this.files.set(to, this.files.get(from)!)
    this.files.delete(from)
  }

  #at(name: string): string {
    return path.join(this.root, name)
  }
}

const changes = fc.array(change, { maxLength: 8 })

test('whatever happens to the files, a scan tells what is there, and labels follow what is seen', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(changes, { minLength: 1, maxLength: 4 }), async (rounds) => {
      const folder = new Folder()
      const project = new TestProject(folder.root)
      for (const round of rounds) {
        const before = project.present.map(({ id, path, sha256 }) => ({ id, path, sha256 }))
        for (const change of round) await folder.apply(change)
        await project.scan()
        const now = new Map(project.present.map((image) => [image.id, image]))

        // The project holds exactly what the folder holds.
        expect(project.present.map((image) => image.path).sort()).toEqual([...folder.files.keys()].sort())
        expect(new Set(project.present.map((image) => image.id)).size).toBe(project.present.length)

        // Of every content, as many images keep their identity as can.
        const hashes = new Set(before.map((image) => image.sha256))
        for (const sha256 of hashes) {
          const were = before.filter((image) => image.sha256 === sha256)
          const are = project.present.filter((image) => image.sha256 === sha256)
          const kept = were.filter((image) => now.get(image.id)?.sha256 === sha256)
          expect(kept.length).toBe(Math.min(were.length, are.length))
          // One that is still where it was, as it was, is still itself.
          for (const one of were) {
            const there = are.find((image) => image.path === one.path)
            if (there) expect(there.id).toBe(one.id)
          }
        }

        // Nothing is left to tell.
        expect(await project.scan()).toMatchObject({ moved: [], changed: [], missing: [], added: [] })
        expect(project.reports.at(-1)?.total).toBe(0)
      }
      expect((await readdir(project.cacheFolder)).includes('CACHEDIR.TAG')).toBe(true)
    }),
    { numRuns: 60 },
  )
})
