/**
 * Starts Surmise: in a window of its own where Electron's program is there, else in the browser. Same pages, same contract.
 *
 *     npm start [-- PROJECT.surmise]
 */
import { type StdioOptions, spawn } from 'node:child_process'
import path from 'node:path'
import { electronProgram } from './electron.ts'
import { ensureRenderer } from './rendererBuild.ts'

const root = path.join(import.meta.dirname, '..')
const args = process.argv.slice(2)

/** @param stdio with a channel, the program ends when this one is gone, however that ends */
function run(program: string, programArgs: string[], stdio: StdioOptions = 'inherit'): void {
  const child = spawn(program, programArgs, { cwd: process.env.INIT_CWD ?? root, stdio })
  // Ctrl+C reaches the child too; it is for the child to end cleanly, and for this one to wait.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT') child.kill(signal)
    })
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}

ensureRenderer()
// The second start is twice as quick: what Node has made of the sources is kept.
process.env.NODE_COMPILE_CACHE ??= path.join(root, 'node_modules/.cache/compile')
const { program, reason } = electronProgram()
if (program) {
  const { buildDesktop } = await import('./electron.ts')
  await buildDesktop()
  // Chromium's sandbox refuses to run as root.
  // Electron’s own Node can’t run the compute process.
  process.env.SURMISE_NODE = process.execPath
  run(program, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, ...args])
} else {
  console.log(`${reason} Surmise opens in the browser instead.`)
  run(
    process.execPath,
    [path.join(root, 'src/main/shell/cli.ts'), 'serve', ...args],
    ['inherit', 'inherit', 'inherit', 'ipc'],
  )
}
