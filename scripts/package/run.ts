import { spawnSync } from 'node:child_process'

/** @throws with what the program wrote, if it fails or is not there */
export function run(program: string, args: readonly string[], options: { cwd?: string } = {}): string {
  const windows = process.platform === 'win32'
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', shell: windows, ...options })
  if (status === 0) return stdout
  throw new Error(
    `${program} ${args.join(' ')} failed: ${(stderr || stdout || String(error ?? `exit code ${status}`)).trim()}`,
  )
}
