/**
 * The desktop application in a real window: an old Electron (scripts/oldElectron.ts) on a screen in memory.
 *
 *     npm run test:electron
 */
import { spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { buildForOldElectron } from '../test/electron/build.ts'
import { buildDesktop } from './electron.ts'
import { ensureOldElectron } from './oldElectron.ts'

const root = path.join(import.meta.dirname, '..')
const electron = ensureOldElectron()
if (typeof electron === 'string') {
  console.log(`The desktop window was not tried: ${electron}`)
} else {
  await buildDesktop()
  const program = await buildForOldElectron(electron, path.join(root, 'out/oldElectron'))
  const { display, end } = await startScreen()
  const playwright = path.join(root, 'node_modules/@playwright/test/cli.js')
  const args = ['test', '--config', 'playwright.electron.config.ts', ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, [playwright, ...args], {
    ...{ cwd: root, stdio: 'inherit' },
    env: { ...process.env, DISPLAY: display, SURMISE_OLD_ELECTRON: program },
  })
  end()
  process.exitCode = status ?? 1
}

/** A screen of its own, whatever this machine has: no other window lies over ours. */
function startScreen(): Promise<{ display: string; end(): void }> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1100x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let number = ''
    screen.stdio[3]?.on('data', (text) => {
      number += text
      if (number.endsWith('\n')) resolve({ display: `:${number.trim()}`, end: () => void screen.kill() })
    })
    screen.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)))
  })
}
