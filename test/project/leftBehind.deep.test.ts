import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { newProject, runScript } from './support.ts'

// Root may do anything, so another user tries.
const other = process.getuid?.() === 0 ? 65534 : undefined
const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')

async function openedBy(uid: number, file: string, mode = 'write'): Promise<Record<string, string>> {
  const { child, ended } = runScript('openingProcess.ts', [file, mode], { uid, onLine: () => child.stdin.end() })
  return JSON.parse((await ended).output)
}

test.skipIf(process.platform === 'win32' || other === undefined)(
  'what a look at a read-only project leaves behind does not lock its owner out: it is said, and doctor mends it',
  async () => {
    const project = newProject({ labels: ['dog'], images: ['a.jpg'] })
    const { path: file } = project
    const folder = path.dirname(file)
    project.states.set([{ imageId: 1, labelId: 1, state: 1 }], { title: 'Mark' })
    project.close()
    const own = (): void => {
      for (const place of [folder, ...readdirSync(folder).map((name) => path.join(folder, name))]) {
        chownSync(place, other!, other!)
      }
    }
    own()
    chmodSync(file, 0o444)
    expect(await openedBy(other!, file, 'read-only')).toMatchObject({ labels: ['dog'] })
    // What is seen of database tools, and of a program that was killed while it looked.
    for (const kind of ['-wal', '-shm']) if (!existsSync(file + kind)) spawnSync('touch', [file + kind])
    own()
    for (const kind of ['-wal', '-shm']) chmodSync(file + kind, 0o444)
    chmodSync(file, 0o644)

    const refused = await openedBy(other!, file)
    expect(refused.message).toContain('p.surmise-wal, p.surmise-shm')
    expect([refused.code, refused.hint]).toEqual([
      'project-read-only',
      expect.stringContaining(`surmise doctor ${file}`),
    ])
    // To look at it is possible all the same.
    expect(await openedBy(other!, file, 'read-only')).toMatchObject({ labels: ['dog'] })

    const home = path.join(folder, 'home')
    mkdirSync(home)
    chownSync(home, other!, other!)
    const doctor = spawnSync(process.execPath, [cli, 'doctor', file, '--json'], {
      ...{ uid: other, gid: other, encoding: 'utf8' },
      env: { ...process.env, SURMISE_HOME: home, HOME: home },
    })
    const { findings } = JSON.parse(doctor.stdout.trim().split('\n').at(-1)!)
    expect(findings).toContainEqual(
      expect.objectContaining({ name: 'Left behind', state: 'good', says: expect.stringContaining('p.surmise-shm') }),
    )
    for (const kind of ['-wal', '-shm']) {
      if (existsSync(file + kind)) expect(statSync(file + kind).mode & 0o777).toBe(0o644)
    }
    expect(await openedBy(other!, file)).toMatchObject({ labels: ['dog'] })
  },
)
