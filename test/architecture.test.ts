import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const source = path.resolve(import.meta.dirname, '../src')

/** Which room may import from which others (each may import from itself). This table is the house. */
const mayImport: Record<string, string[]> = {
  'main/base': [],
  'main/project': ['main/base'],
  'main/images': ['main/base'],
  'main/exchange': ['main/base'],
  'main/report': ['main/base'],
  'main/compute': ['main/base'],
  'main/tensor': ['main/base'],
  'main/sst': ['main/base', 'main/tensor'],
  'main/suggestions': ['main/base', 'main/tensor'],
  'main/backbone': ['main/base', 'main/images', 'main/tensor'],
  'main/training': ['main/base', 'main/backbone', 'main/tensor', 'main/sst', 'main/suggestions'],
  'main/deployment': ['main/base', 'main/images', 'main/backbone', 'main/tensor', 'main/suggestions', 'main/training'],
  'main/benchmark': [
    'main/base',
    'main/images',
    'main/backbone',
    'main/tensor',
    'main/sst',
    'main/suggestions',
    'main/training',
    'main/exchange',
  ],
  'main/app': [
    'preload',
    'main/base',
    'main/project',
    'main/images',
    'main/backbone',
    'main/training',
    'main/suggestions',
    'main/exchange',
    'main/compute',
    'main/benchmark',
    'main/deployment',
    'main/report',
  ],
  'main/shell': ['preload', 'main/base', 'main/app', 'main/compute'],
  preload: [],
  renderer: ['preload'],
}

/** Libraries that only some rooms may use. */
const ownedLibraries: Record<string, string[]> = {
  electron: ['main/shell/electron', 'preload/electron.ts'],
  'better-sqlite3': ['main/project'],
  sharp: ['main/images'],
  'onnxruntime-node': ['main/tensor'],
  '@huggingface/tokenizers': ['main/backbone'],
  react: ['renderer'],
  // What asks another machine for something has one place.
  undici: ['main/backbone/download'],
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.(ts|tsx|mts)$/.test(file))

function roomOf(file: string): string {
  const parts = file.split('/')
  return parts[0] === 'main' ? parts.slice(0, 2).join('/') : parts[0]
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(source, file), 'utf8')
  const pattern =
    /^\s*(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|^import\s*['"]([^'"]+)['"]/gm
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3])
}

/** What is loaded when this file is: types are not. @returns the libraries, each with the way to it */
function loaded(entry: string): Map<string, string> {
  const libraries = new Map<string, string>()
  const seen = new Set<string>()
  const visit = (file: string, way: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const text = readFileSync(path.join(source, file), 'utf8').replace(/^(?:import|export) type [^;]*?from.*$/gm, '')
    const statements = /^(?:import|export)\b([^'"=]*?)\bfrom\s*['"]([^'"]+)['"]|^import()\s*['"]([^'"]+)['"]/gm
    for (const [, names = '', from, , alone] of text.matchAll(statements)) {
      const target = from ?? alone
      const typesOnly = /\{([^}]*)\}/
        .exec(names)?.[1]
        .split(',')
        .every((name) => /^\s*(type\s.*)?$/s.test(name))
      if (typesOnly) continue
      if (target.startsWith('.')) visit(path.posix.join(path.posix.dirname(file), target), `${way} → ${target}`)
      else libraries.set(target, `${way} → ${target}`)
    }
  }
  visit(entry, entry)
  return libraries
}

describe('the house', () => {
  test('the main process never loads the native libraries of the compute process', () => {
    expect([...loaded('main/shell/compute.ts').keys()]).toEqual(expect.arrayContaining(['sharp', 'onnxruntime-node']))
    for (const entry of ['main/shell/electron.ts', 'main/shell/cli.ts']) {
      const libraries = loaded(entry)
      expect([...libraries.keys()]).toContain('better-sqlite3')
      expect([libraries.get('sharp'), libraries.get('onnxruntime-node')]).toEqual([undefined, undefined])
    }
  })

  test('every folder is a room of the table', () => {
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => !mayImport[roomOf(file)])).toEqual([])
  })

  test('imports go down the house, never up', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => path.posix.join(path.posix.dirname(file), target))
        .filter((target) => !target.startsWith('..'))
        .filter((target) => roomOf(target) !== roomOf(file) && !mayImport[roomOf(file)].includes(roomOf(target)))
        .map((target) => `${file} → ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('each native or platform library has one room', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => ownedLibraries[target])
        .filter((target) => !ownedLibraries[target].some((owner) => file.startsWith(owner)))
        .map((target) => `${file} → ${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('label states have one door', () => {
    const door = 'main/app/writeStates.ts'
    const writes = /\bstates\s*\??\.\s*set\b|\bsetStates?\b|\bwriter\b/
    const canReach = (file: string): boolean => (mayImport[roomOf(file)] ?? []).includes('main/project')
    const writers = files.filter((file) => canReach(file) && writes.test(readFileSync(path.join(source, file), 'utf8')))
    // The door itself is found: the pattern still finds something.
    expect(writers).toEqual([door])
    // None of them lets a caller forget what is to follow.
    const text = readFileSync(path.join(source, door), 'utf8')
    for (const name of ['writeStatesWithin', 'writeStateWithin'])
      expect(new RegExp(`function ${name}\\([^)]*: (RelationsRule|'leave')`).test(text), name).toBe(true)
  })

  test('no room reaches itself through others', () => {
    const seen = new Set<string>()
    const visit = (room: string, above: string[]): void => {
      expect(above, `a circle: ${[...above, room].join(' → ')}`).not.toContain(room)
      if (seen.has(room)) return
      for (const below of mayImport[room]) visit(below, [...above, room])
      seen.add(room)
    }
    for (const room of Object.keys(mayImport)) visit(room, [])
  })
})
