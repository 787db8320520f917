/**
 * Makes packages that people install, and prints what their bytes are.
 *
 *     npm run package [-- --dir] [--platform linux|mac|win] [--arch x64|arm64] [--out dist]   the desktop application
 *     npm run package -- --dir --web                                                            a folder of the browser shell
 */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildDesktop } from './electron.ts'
import { manifest } from './package/modules.ts'
import { sizeTable } from './package/sizes.ts'
import { nameOf, targetOf } from './package/target.ts'

const root = path.join(import.meta.dirname, '..')

try {
  const { values } = parseArgs({
    options: {
      dir: { type: 'boolean', default: false },
      web: { type: 'boolean', default: false },
      platform: { type: 'string' },
      arch: { type: 'string' },
      out: { type: 'string', default: 'dist' },
    },
  })
  const target = targetOf(values.platform, values.arch)
  const output = path.resolve(process.env.INIT_CWD ?? root, values.out)
  if (values.web) await web(output)
  else await desktop(output, values.dir)

  async function web(out: string): Promise<void> {
    if (!values.dir) throw new Error('The browser shell is packaged as a folder: add --dir.')
    const { packageWeb } = await import('./package/web.ts')
    await buildDesktop()
    const folder = path.join(out, `surmise-web-${manifest(root).version}-${nameOf(target)}`)
    packageWeb(folder, target)
    console.log(`${sizeTable(folder, 'the rest')}\n\n${folder}`)
  }

  async function desktop(out: string, onlyFolder: boolean): Promise<void> {
    const { buildDesktopPackages, desktopConfiguration, requireElectron, stageDesktop } = await import(
      './package/desktop.ts'
    )
    // First: without it nothing else needs to be done.
    const electronDist = await requireElectron(target)
    await buildDesktop()
    const folder = path.join(out, `parts-${nameOf(target)}`)
    await stageDesktop(folder, target)
    const updatesUrl = process.env.SURMISE_UPDATES_URL
    const config = desktopConfiguration(target, { folder, output: out, electronDist, updatesUrl })
    const files = await buildDesktopPackages(target, config, onlyFolder)
    console.log(sizeTable(folder, 'the rest'))
    rmSync(folder, { recursive: true, force: true })
    console.log(`and Electron ${manifest(path.join(root, 'node_modules/electron')).version}.\n\n${files.join('\n')}`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
