import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Installs packages of the system, where that needs nobody's permission (Debian, as root).
 * @param limit of fetching them, in milliseconds: a network that never answers mustn't hold the tests up
 * @returns whether it tried
 */
export function aptInstall(packages: readonly string[], purpose: string, limit?: number): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  console.log(`Installing ${packages.join(', ')} for ${purpose} (apt-get)…`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (args: readonly string[], timeout?: number) =>
    spawnSync('apt-get', args, { stdio: 'inherit', env, timeout }).status === 0
  const until = Date.now() + (limit ?? 0)
  const left = () => (limit === undefined ? undefined : Math.max(1, until - Date.now()))
  const install = ['install', '-y', '--no-install-recommends', ...packages]
  const fetched = () => apt([...install, '--download-only'], left())
  // Fetching may be cut short. Unpacking may not, and needs no network.
  if (fetched() || (apt(['update'], left()) && fetched())) apt([...install, '--no-download'])
  return true
}
