import { readdirSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import renderer from './vite.config.ts'

const main = path.join(import.meta.dirname, 'src/main')

/**
 * The main process is built file by file, and `out/main` looks like `src/main`: files that find others by their own place
 * (the compute process, worker threads, resources/) find them in both. Only what a worker thread is started from is named in
 * the code with its extension, which changes.
 */
const workersKeepTheirPlace: Plugin = {
  name: 'workers-keep-their-place',
  transform: (code) => {
    if (!code.includes('import.meta.url')) return undefined
    return {
      code: code.replace(/new URL\((["'])(\.\/\w+)\.ts\1, import\.meta\.url\)/g, "new URL('$2.js', import.meta.url)"),
      map: null,
    }
  },
}

/** Each is an entry of its own: what starts it names a file, and imports nothing. */
function workers(): string[] {
  return readdirSync(main, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('Worker.ts'))
    .map((file) => path.join(main, file))
}

export default defineConfig({
  main: {
    plugins: [workersKeepTheirPlace],
    build: {
      outDir: 'out/main',
      // `require` of what is installed, at run time: native libraries can't be built in.
      externalizeDeps: true,
      rollupOptions: {
        input: [
          ...['electron', 'core', 'compute', 'cli'].map((entry) => path.join(main, `shell/${entry}.ts`)),
          ...workers(),
        ],
        output: { format: 'es', preserveModules: true, preserveModulesRoot: main, entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: path.join(import.meta.dirname, 'src/preload/electron.ts'),
        // A sandboxed preload script can't be an ES module, and can't load others.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer,
})
