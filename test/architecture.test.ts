import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { networkUses } from './networkUse.ts'
import { stateSpellings } from './stateSpellings.ts'

const root = path.resolve(import.meta.dirname, '..')
const source = path.join(root, 'src')

/** Which room may import from which others (each may import from itself). This table is the house. */
const mayImport: Record<string, string[]> = {
  'main/domain': [],
  'main/base': [],
  'main/project': ['main/base', 'main/domain'],
  'main/images': ['main/base', 'main/domain'],
  'main/exchange': ['main/base', 'main/domain'],
  'main/report': ['main/base', 'main/domain'],
  'main/compute': ['main/base', 'main/domain'],
  'main/tensor': ['main/base', 'main/domain'],
  'main/sst': ['main/base', 'main/domain', 'main/tensor'],
  'main/suggestions': ['main/base', 'main/domain', 'main/tensor'],
  'main/pairs': ['main/base', 'main/domain', 'main/suggestions'],
  'main/backbone': ['main/base', 'main/domain', 'main/images', 'main/tensor'],
  'main/training': ['main/base', 'main/domain', 'main/backbone', 'main/tensor', 'main/sst', 'main/suggestions'],
  'main/deployment': [
    'main/base',
    'main/domain',
    'main/images',
    'main/backbone',
    'main/tensor',
    'main/suggestions',
    'main/training',
  ],
  'main/benchmark': [
    'main/base',
    'main/domain',
    'main/images',
    'main/backbone',
    'main/tensor',
    'main/sst',
    'main/suggestions',
    'main/training',
    'main/exchange',
  ],
  'main/app': [
    'contract',
    'main/base',
    'main/domain',
    'main/project',
    'main/pairs',
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
  'main/shell': ['contract', 'main/base', 'main/domain', 'main/app', 'main/compute'],
  contract: ['main/domain'],
  preload: ['contract'],
  renderer: ['contract'],
}

/** Libraries that only some rooms may use. */
const ownedLibraries: Record<string, string[]> = {
  electron: ['main/shell/electron', 'preload/electron.ts'],
  'better-sqlite3': ['main/project'],
  sharp: ['main/images'],
  // Loaded with its telemetry off.
  'onnxruntime-node': ['main/tensor/run/onnxRuntime.ts'],
  '@huggingface/tokenizers': ['main/backbone'],
  react: ['renderer'],
}

/** What can reach another machine, or start a program that could: each use has its place and its reason. */
const reachesOut: Record<string, string[]> = {
  // Backbones, because somebody asked for one.
  'main/backbone/download/request.ts': ['undici'],
  'main/backbone/download/failures.ts': ['undici'],
  // Images from the Label Studio server that was named, and from no other.
  'main/app/labelStudio/server.ts': ['fetch'],
  // Updates, once somebody has allowed them.
  'main/shell/electron.ts': ['electron-updater'],
  'main/shell/electron/core.ts': ['child_process'],
  // The server: it listens, and asks nobody.
  'main/shell/web/listen.ts': ['http', 'https'],
  'main/shell/web/talk.ts': ['WebSocket', 'ws'],
  'main/shell/web/web.ts': ['ws'],
  // The browser and the file manager of this machine.
  'main/shell/handOver.ts': ['child_process', 'open'],
  'main/shell/desktop.ts': ['child_process', 'open'],
  // The compute process.
  'main/compute/client.ts': ['child_process'],
  // The page talks to where it came from; its policy lets it talk to nobody else.
  'renderer/bridge/comeBack.ts': ['fetch'],
  'renderer/bridge/transport.ts': ['WebSocket'],
  'renderer/state/imageFile.ts': ['fetch'],
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
    const statements =
      /^(?:import|export)\b([^'"=]*?)\bfrom\s*['"]([^'"]+)['"]|^import()\s*['"]([^'"]+)['"]|^const .*await import()\(['"]([^'"]+)['"]\)/gm
    for (const [, names = '', from, , alone, , awaited] of text.matchAll(statements)) {
      const target = from ?? alone ?? awaited
      const typesOnly = /^\s*\{([^}]*)\}\s*$/
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
    expect([...loaded('main/app/tasks.ts').keys()]).toEqual(expect.arrayContaining(['sharp', 'onnxruntime-node']))
    for (const entry of ['main/shell/core.ts', 'main/shell/cli.ts']) {
      const libraries = loaded(entry)
      expect([...libraries.keys()]).toContain('better-sqlite3')
      expect([libraries.get('sharp'), libraries.get('onnxruntime-node')]).toEqual([undefined, undefined])
    }
  })

  test('Electron’s main process owns windows alone: nothing native, and nothing that works', () => {
    const libraries = [...loaded('main/shell/electron.ts').keys()]
    expect(libraries).toContain('electron')
    for (const library of ['better-sqlite3', 'sharp', 'onnxruntime-node', '@orpc/server']) {
      expect(libraries).not.toContain(library)
    }
  })

  test('every folder is a room of the table', () => {
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => !mayImport[roomOf(file)])).toEqual([])
  })

  test.each(Object.entries(mayImport))('%s says in a few lines what it is for and what it imports', (room, below) => {
    const text = readFileSync(path.join(source, room, 'README.md'), 'utf8')
    const name = (of: string): string => of.replace('main/', '')
    expect(text).toMatch(new RegExp(`^# ${name(room)}: \\S`))
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(12)
    const told = /\bimports (nothing|(?:`\w+\/?`(?:,|and|\s)*)+)/.exec(text)?.[1] ?? ''
    expect(Array.from(told.matchAll(/`(\w+)\/?`/g), ([, one]) => one).sort()).toEqual(below.map(name).sort())
    expect(told).not.toBe('')
    // The places that it names are there: `states/`, `train.ts`, or another room's.
    const named = Array.from(text.matchAll(/`([\w/]+(?:\/|\.tsx?))`/g), ([, one]) => one)
    const isThere = (place: string): boolean => [room, 'main'].some((at) => existsSync(path.join(source, at, place)))
    expect(named.filter((place) => !isThere(place))).toEqual([])
  })

  test('the picture of the house shows every room, and only arrows that there are', () => {
    const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8')
    const picture = /```mermaid\n(flowchart TD[\s\S]*?)```/.exec(page)![1].replace(/\["[^"]*"\]/g, '')
    const rooms = Object.entries(mayImport).map(([room, below]) => [room.replace('main/', ''), below] as const)
    const shown = new Set(picture.match(/\b\w+\b/g)!.slice(2))
    expect([...shown].sort()).toEqual(rooms.map(([room]) => room).sort())
    const allowed = new Set(
      rooms.flatMap(([room, below]) => below.map((one) => `${room} --> ${one.replace('main/', '')}`)),
    )
    const arrows = picture.match(/\w+ --> \w+/g)!
    expect(arrows.length).toBeGreaterThan(20)
    expect(arrows.filter((arrow) => !allowed.has(arrow))).toEqual([])
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
    const door = 'main/app/marks/writeStates.ts'
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

  test('a command lies with its kind, and its texts in the file of that kind', () => {
    const folder = 'main/shell/cli/commands/'
    const commands = files.filter((file) => file.startsWith(folder))
    expect(commands.length).toBeGreaterThan(20)
    const misplaced = commands.flatMap((file) => {
      const kind = path.posix.dirname(file.slice(folder.length))
      const texts = importsOf(file).filter((target) => target.includes('/texts/'))
      const own = kind === '.' ? [] : [`../../texts/${kind}.ts`, '../../texts/common.ts']
      return texts.filter((target) => !own.includes(target)).map((target) => `${file} → ${target}`)
    })
    expect(misplaced).toEqual([])
  })

  test('only domain/ spells the codes of the states', () => {
    const spelt = files
      .filter((file) => roomOf(file) !== 'main/domain')
      .flatMap((file) =>
        stateSpellings(file, readFileSync(path.join(source, file), 'utf8')).map((line) => `${file}:${line}`),
      )
    expect(spelt).toEqual([])
  })

  test.each([
    'const known = state !== 0',
    'if (1 === one.state) count++',
    'if (matrix.states[at] === -1) count++',
    'let state: 1 | 0 | -1',
    'const change = { labelId, state: isPresent ? 1 : (-1 as const) }',
    'states[at] = 0',
    'states.push(image, label, isAbsent ? -1 : 1)',
    'for (const each of [1, -1]) deal(each)',
    'const state = z.union([z.literal(1), z.literal(-1)])',
    'const names = { 1: present, 0: none, "-1": absent }',
    'mark(detail.id, labelId, taken ? 0 : 1)',
    'const marks = (label: Label, state: 1 | -1): void => mark(label, state)',
  ])('sees a bare code in: %s', (text) => {
    expect(stateSpellings('planted.ts', text)).toEqual([1])
  })

  test('sees no code in counts, lengths and orders', () => {
    const text = `const step = (by: 1 | -1): void => go(by); if (states.length === 0 || told.states === 1) stop(); list.sort((a, b) => (a < b ? -1 : 1))
      const y = states[at] === State.present ? 1 : 0; const [row, state] = [0, read()]`
    expect(stateSpellings('counts.ts', text)).toEqual([])
  })

  test('what reaches another machine has its place, whatever it is called', () => {
    const uses = files
      .map((file) => [file, networkUses(file, readFileSync(path.join(source, file), 'utf8'))] as const)
      .filter(([, found]) => found.length > 0)
    expect(Object.fromEntries(uses)).toEqual(reachesOut)
  })

  test.each([
    ['fetch', 'await fetch("https://example.org")'],
    ['fetch', 'const ask = globalThis.fetch; ask("https://example.org")'],
    ['fetch', 'const { fetch: ask } = globalThis'],
    ['fetch', 'const ask = window["fetch"]'],
    ['fetch', 'export default { fetch }'],
    ['WebSocket', 'new WebSocket("wss://example.org")'],
    ['EventSource', 'new EventSource("/x")'],
    ['XMLHttpRequest', 'class Asking extends XMLHttpRequest {}'],
    ['sendBeacon', 'navigator.sendBeacon("/x", text)'],
    ['undici', 'import { request } from "undici"'],
    ['undici', 'const ask = await import("undici")'],
    ['http', 'import http from "node:http"'],
    ['https', 'import { type Server, get } from "https"'],
    ['https', 'export * from "node:https"'],
    ['net', 'const net = createRequire(import.meta.url)("node:net")'],
    ['net', 'const { connect } = require("net")'],
    ['tls', 'import "node:tls"'],
    ['dns', 'import * as dns from "node:dns"'],
    ['dns/promises', 'import { resolve } from "node:dns/promises"'],
    ['dgram', 'export { createSocket } from "node:dgram"'],
    ['http2', 'const { connect } = await import("node:http2")'],
    ['child_process', 'import { execFile } from "node:child_process"'],
    ['getBuiltinModule', 'process.getBuiltinModule("net")'],
    ['import(?)', 'await import(name)'],
    ['electron.net', 'import { app, net as line } from "electron"'],
    ['electron.crashReporter', 'import { crashReporter } from "electron"'],
    ['electron.*', 'import * as everything from "electron"'],
  ])('sees %s in: %s', (found, text) => {
    expect(networkUses('planted.ts', text)).toEqual([found])
  })

  test('sees no network in types, keys and other people’s methods', () => {
    const text = `import type { Server } from "node:http"; import { type AddressInfo } from "node:net"
      type Line = WebSocket | typeof fetch; interface Store { fetch(): void; WebSocket: string }
      client.backbones.fetch({ name }); const table = { fetch: 1, fetch() {} }; class A { fetch() { this.fetch() } #fetch() {} }`
    expect(networkUses('types.ts', text)).toEqual([])
  })

  test('ONNX Runtime is loaded in one place, by tests, scripts and benchmarks as well', () => {
    const folders = ['src', 'test', 'scripts', 'bench']
    const loading = folders.flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => `${folder}/${file.split(path.sep).join('/')}`)
        .filter((file) => /\.m?tsx?$/.test(file))
        .filter((file) =>
          /(from|import|import\(|require\()\s*['"]onnxruntime-node['"]/.test(
            readFileSync(path.join(root, file), 'utf8'),
          ),
        ),
    )
    expect(loading).toEqual(['src/main/tensor/run/onnxRuntime.ts'])
  })

  test('every TypeScript file is type-checked', () => {
    const checked = readdirSync(root).flatMap((name) => {
      if (!/^tsconfig\.\w+\.json$/.test(name) || name === 'tsconfig.base.json') return []
      for (const script of ['package.json', 'scripts/test.ts', 'tsconfig.json'])
        expect(readFileSync(path.join(root, script), 'utf8'), script).toContain(name)
      const { include, exclude = [] } = JSON.parse(readFileSync(path.join(root, name), 'utf8')) as Record<
        string,
        string[]
      >
      return [{ include, exclude }]
    })
    const isIn = (file: string, places: readonly string[]) =>
      places.some((place) => path.matchesGlob(file, place) || file.startsWith(`${place}/`))
    const made = /^(\..*|node_modules|out|dist|release|playwright-report|test-results)$/
    const own = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
      made.test(entry.name)
        ? []
        : entry.isDirectory()
          ? readdirSync(path.join(root, entry.name), { recursive: true, encoding: 'utf8' })
              .map((file) => `${entry.name}/${file.split(path.sep).join('/')}`)
              .filter((file) => /\.tsx?$/.test(file))
          : /\.tsx?$/.test(entry.name)
            ? [entry.name]
            : [],
    )
    expect(own.length).toBeGreaterThan(500)
    const unchecked = own.filter(
      (file) => !checked.some(({ include, exclude }) => isIn(file, include) && !isIn(file, exclude)),
    )
    expect(unchecked).toEqual([])
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
