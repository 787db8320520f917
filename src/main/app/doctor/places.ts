import { constants } from 'node:fs'
import { access, readdir, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Finding } from '../../../contract/doctor.ts'

/** A folder the program uses. */
export interface Place {
  name: string
  folder: string
  writes: boolean
}

const megabyte = 2 ** 20
/** Training a large project writes gigabytes of features and checkpoints; a mark needs one database page. */
const room = { little: 2048 * megabyte, none: 200 * megabyte }

/** Free space on the disk of each place; one finding for each disk. */
export async function diskFindings(places: readonly Place[]): Promise<Finding[]> {
  const disks = new Map<string, { names: string[]; free: number; size: number }>()
  for (const { name, folder, writes } of places) {
    if (!writes) continue
    const existing = await nearest(folder)
    // A folder that can't be examined is reported under permissions.
    const fileSystem = await statfs(existing).catch(() => undefined)
    const device = (await stat(existing).catch(() => undefined))?.dev
    if (!fileSystem || device === undefined) continue
    const disk = disks.get(String(device)) ?? {
      names: [],
      free: fileSystem.bavail * fileSystem.bsize,
      size: fileSystem.blocks * fileSystem.bsize,
    }
    disk.names.push(name)
    disks.set(String(device), disk)
  }
  return [...disks.values()].map(({ names, free, size }): Finding => {
    const state = free < room.none ? 'problem' : free < room.little ? 'warning' : 'good'
    const hint = state === 'good' ? '' : 'Free some space: features and models are written there when you fine-tune.'
    const says = `${bytes(free)} free of ${bytes(size)}, for ${names.join(', ').toLowerCase()}`
    return { part: 'disk', name: 'Disk', state, says, hint }
  })
}

/** Whether each place can be read, and written where it needs to be. */
export async function permissionFindings(places: readonly Place[]): Promise<Finding[]> {
  return Promise.all(
    places.map(async ({ name, folder, writes }): Promise<Finding> => {
      const existing = await nearest(folder)
      if (!writes && existing !== folder) {
        const says = `not found: ${folder}`
        return {
          part: 'permissions',
          name,
          state: 'warning',
          says,
          hint: 'Relocate the image folder in its project.',
        }
      }
      const can = (mode: number): Promise<boolean> =>
        access(existing, mode).then(
          () => true,
          () => false,
        )
      const [reads, canWrite] = [await can(constants.R_OK), !writes || (await can(constants.W_OK))]
      if (reads && canWrite) {
        return {
          part: 'permissions',
          name,
          state: 'good',
          says: writes ? 'writable' : 'readable',
          hint: '',
        }
      }
      const says = `${reads ? 'not writable' : 'not readable'}: ${existing}`
      return {
        part: 'permissions',
        name,
        state: 'problem',
        says,
        hint: 'Change its permissions, or use another location.',
      }
    }),
  )
}

/** Sizes of the cache folder and its subfolders. @param folder may not exist yet */
export async function cacheFindings(folder: string): Promise<Finding[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const kinds = await Promise.all(
    entries.map(async (entry) => {
      const full = path.join(folder, entry.name)
      const files = entry.isDirectory() ? await sizesBelow(full) : [await sizeOf(full)]
      return { name: entry.isDirectory() ? entry.name : 'files', count: files.length, size: sum(files) }
    }),
  )
  if (kinds.length === 0) return [{ part: 'cache', name: 'all', state: 'fact', says: 'empty', hint: '' }]
  const loose = kinds.filter(({ name }) => name === 'files')
  const folders = kinds.filter(({ name }) => name !== 'files').sort((a, b) => b.size - a.size)
  const lines = [
    { name: 'all', count: sum(kinds.map(({ count }) => count)), size: sum(kinds.map(({ size }) => size)) },
    ...folders,
    ...(loose.length > 0
      ? [{ name: 'other files', count: loose.length, size: sum(loose.map(({ size }) => size)) }]
      : []),
  ]
  return lines.map(({ name, count, size }) => ({
    ...{ part: 'cache', name, state: 'fact', hint: '' },
    says: `${bytes(size)} in ${count === 1 ? '1 file' : `${count.toLocaleString('en')} files`}`,
  }))
}

/** In batches, so that 100,000 thumbnails aren't all examined at once. */
async function sizesBelow(folder: string): Promise<number[]> {
  const sizes: number[] = []
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  for (let at = 0; at < files.length; at += 64) {
    const some = files.slice(at, at + 64)
    sizes.push(...(await Promise.all(some.map(({ name }) => sizeOf(path.join(folder, name))))))
  }
  for (const entry of entries) if (entry.isDirectory()) sizes.push(...(await sizesBelow(path.join(folder, entry.name))))
  return sizes
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )
const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

/** The folder itself, or the nearest existing one above it. */
async function nearest(folder: string): Promise<string> {
  const there = await stat(folder).catch(() => undefined)
  const above = path.dirname(folder)
  return there || above === folder ? folder : nearest(above)
}

/** A size for people to read: `12.3 MB`. */
export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let [value, unit] = [count, 0]
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
