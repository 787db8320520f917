import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { licencesOf } from './licences.ts'
import { entries, stage, stageNode } from './stage.ts'
import { nodeFile, type Target } from './target.ts'

const root = path.join(import.meta.dirname, '../..')

/** Without arguments, or with a project, it opens the application; else it is the command line. No program but sh is needed. */
const unixLauncher = `#!/bin/sh
file=$0
while [ -h "$file" ]; do
  target=$(PATH=/usr/bin:/bin readlink "$file") || break
  case $target in /*) file=$target ;; *) file=\${file%/*}/$target ;; esac
done
case $file in */*) folder=\${file%/*} ;; *) folder=. ;; esac
if [ -n "\${HOME-}" ]; then export NODE_COMPILE_CACHE="\${XDG_CACHE_HOME:-$HOME/.cache}/surmise/compile"; fi
case \${1-} in '' | *.surmise | --port | --port=* | --no-open) set -- serve "$@" ;; esac
exec "$folder/node/node" "$folder/app/out/main/shell/cli.js" "$@"
`

const windowsLauncher = [
  '@echo off',
  'setlocal',
  'set command=',
  'if "%~1"=="" set command=serve',
  'if /i "%~x1"==".surmise" set command=serve',
  '"%~dp0node\\node.exe" "%~dp0app\\out\\main\\shell\\cli.js" %command% %*',
  '',
].join('\r\n')

const readme = `Surmise in your browser, on this machine alone.

  surmise                    opens the application
  surmise PROJECT.surmise    the same, with a project
  surmise --help             the command line

Nothing is installed: delete the folder, and it is gone. Your projects and settings lie elsewhere.
`

/** A folder with all that the browser shell needs, its Node included. */
export function packageWeb(folder: string, target: Target): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const packages = stage(path.join(folder, 'app'), { entries: entries.web, target, pages: true, works: true })
  stageNode(path.join(folder, 'node'), target)
  const launcher = path.join(folder, target.platform === 'win32' ? 'surmise.cmd' : 'surmise')
  writeFileSync(launcher, target.platform === 'win32' ? windowsLauncher : unixLauncher)
  chmodSync(launcher, 0o755)
  chmodSync(path.join(folder, 'node', nodeFile(target)), 0o755)
  cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
  writeFileSync(path.join(folder, 'THIRD-PARTY.txt'), licencesOf(packages))
  writeFileSync(path.join(folder, 'README.txt'), readme)
}
