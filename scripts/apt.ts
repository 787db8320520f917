import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Installs packages of the system, where that needs nobody's permission (Debian, as root). @returns whether it tried */
export function aptInstall(packages: readonly string[], purpose: string): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  console.log(`Installing ${packages.join(', ')} for ${purpose} (apt-get)…`)
  const apt = (...args: string[]) =>
    spawnSync('apt-get', args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages).status === 0
  if (!install() && apt('update').status === 0) install()
  return true
}
