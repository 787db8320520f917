import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { copyWhole } from '../../src/main/base/files.ts'
import { formats } from '../../src/main/exchange/formats/list.ts'
import { temporaryFolder } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

/** What was asked of the system, in that order. */
const { asked } = vi.hoisted(() => ({ asked: [] as ({ synced: string } | { from: string; to: string })[] }))

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const handle = await real.open(...args)
      const sync = handle.sync.bind(handle)
      handle.sync = async () => {
        await sync()
        asked.push({ synced: String(args[0]) })
      }
      return handle
    },
    rename: async (from: string, to: string) => {
      await real.rename(from, to)
      asked.push({ from, to })
    },
  }
})

beforeEach(() => {
  asked.length = 0
})

/** The name that a file had when it was made durable, before it, or a folder that it lies in, was given its last name. */
function wasDurable(file: string): boolean {
  let name = file
  for (const [i, step] of [...asked.entries()].toReversed()) {
    if ('synced' in step) {
      if (step.synced === name && asked.slice(i).some((later) => 'to' in later)) return true
    } else if (name === step.to || name.startsWith(step.to + path.sep)) name = step.from + name.slice(step.to.length)
  }
  return false
}

describe('an export has its name only when it is whole and on the disk', () => {
  const writers = formats.flatMap((format) => (format.write && !format.needsFeatures ? [format] : []))
  const targets = writers.flatMap((format) => {
    const kinds = format.writes === 'file or folder' ? ['file', 'folder'] : [format.writes ?? 'file']
    return kinds.map((kind) => [format.title, kind, format] as const)
  })

  test.each(targets)('%s, as a %s', async (_, kind, format) => {
    const folder = temporaryFolder()
    const project = new MemoryProject()
    const [dog, cat] = [project.label('dog'), project.label('cat')]
    for (const name of ['a.jpg', 'sub/b.jpg']) {
      const { id } = project.image(name)
      project.mark(id, dog, 1)
      project.mark(id, cat, -1)
    }
    const picture = path.join(folder, 'picture.jpg')
    writeFileSync(picture, 'a picture')
    const out = path.join(folder, 'out')
    mkdirSync(out)
    const target = path.join(out, kind === 'file' ? `labels${format.extensions[0] ?? ''}` : 'labels')
    const hasImages = (format.images ?? 'none') !== 'none' && kind === 'folder'
    await format.write!(project.source(), target, {
      appVersion: '0',
      placeImage: hasImages ? (__, destination) => copyWhole(picture, destination) : undefined,
    })
    const written = readdirSync(out, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(out, name))
      .filter((file) => statSync(file).isFile())
    expect(written.length).toBeGreaterThan(0)
    expect(written.filter((file) => file.includes('.tmp'))).toEqual([])
    expect(written.filter((file) => !wasDurable(file))).toEqual([])
  })
})
