import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build, mergeConfig, type Plugin } from 'vite'
import type { OldElectron } from '../../scripts/oldElectron.ts'
import { stageDesktop } from '../../scripts/package/desktop.ts'
import { targetOf } from '../../scripts/package/target.ts'
import renderer from '../../vite.config.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** The pages, with what Chromium 108 lacks put before them. */
const oldChromium: Plugin = {
  name: 'old-chromium',
  enforce: 'pre',
  transform: (code, id) =>
    id.endsWith('/src/renderer/main.tsx')
      ? `import ${JSON.stringify(path.join(root, 'test/electron/oldChromium.ts'))}\n${code}`
      : undefined,
}

/**
 * Puts the application together as it is packaged (`npm run build:desktop` has been run), with this Electron: main process and
 * pages are built for it, all else is as it is shipped.
 * @returns the program
 */
export async function buildForOldElectron(electron: OldElectron, folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true })
  linkAll(electron.folder, folder)
  const resources = path.join(folder, 'resources')
  const program = path.join(folder, 'surmise')
  linkSync(path.join(folder, electron.program), program)
  rmSync(path.join(folder, electron.program))

  await stageDesktop(resources, targetOf())
  const app = path.join(resources, 'app')
  // All is in one file: there is nothing to be loaded.
  rmSync(path.join(app, 'node_modules'), { recursive: true, force: true })
  rmSync(path.join(app, 'out/main'), { recursive: true })
  rmSync(path.join(app, 'out/renderer'), { recursive: true })
  await buildMain(app)
  await buildPages(app)
  const manifest = path.join(app, 'package.json')
  const own = JSON.parse(readFileSync(manifest, 'utf8'))
  writeFileSync(manifest, JSON.stringify({ ...own, type: 'commonjs', main: 'out/main/shell/electron.cjs' }))
  return program
}

/** Into one file: that Electron loads no ES modules, and has none of the packages. */
export async function buildMain(app: string): Promise<void> {
  await build({
    ...{ configFile: false, root, logLevel: 'warn' },
    ssr: { noExternal: true },
    build: {
      ...{ ssr: true, target: 'node16', outDir: path.join(app, 'out/main/shell') },
      rollupOptions: {
        input: path.join(root, 'test/electron/main.ts'),
        external: ['electron', 'electron-updater'],
        output: { format: 'cjs', entryFileNames: 'electron.cjs', codeSplitting: false },
      },
    },
  })
}

export async function buildPages(app: string): Promise<void> {
  await build(
    mergeConfig(renderer, {
      ...{ configFile: false, logLevel: 'warn' },
      plugins: [oldChromium],
      build: { target: 'chrome108', cssTarget: 'chrome108', outDir: path.join(app, 'out/renderer') },
    }),
  )
}

/** The same files once more, without their bytes where that is possible. */
function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) linkAll(source, target)
    else {
      try {
        linkSync(source, target)
      } catch {
        cpSync(source, target)
      }
    }
  }
}
