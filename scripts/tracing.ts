import { spawnSync } from 'node:child_process'
import { aptInstall } from './apt.ts'

/** What the proof that nothing is sent needs of a system: a network of its own with loopback alone, and a trace of system calls. */
const programs = { unshare: ['--version'], ip: ['-V'], strace: ['-V'] }
const packages = { unshare: 'util-linux', ip: 'iproute2', strace: 'strace' }

/** @returns the programs that are not there */
const missing = (): (keyof typeof programs)[] =>
  (Object.keys(programs) as (keyof typeof programs)[]).filter(
    (name) => spawnSync(name, programs[name], { stdio: 'ignore' }).status !== 0,
  )

/** Around a command: a network namespace in which there is nothing but loopback. Root needs no user namespace for it. */
export const alone = (command: readonly string[]): [program: string, args: string[]] => [
  'unshare',
  [process.getuid?.() === 0 ? '-n' : '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command],
]

/** Why system calls can't be traced here in a network of their own; undefined where they can. */
export function whyNoTracing(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux can trace system calls this way'
  const lacking = missing()
  if (lacking.length > 0) return `there is no ${lacking.join(', no ')} here`
  const [program, args] = alone(['strace', '-f', '-o', '/dev/null', 'true'])
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? undefined : `it isn’t allowed here: ${stderr.trim().split('\n').at(-1)}`
}

/** The same; what is missing is installed first, where that can be done without asking anyone. */
export function ensureTracing(): string | undefined {
  if (process.platform === 'linux' && missing().length > 0)
    aptInstall(
      missing().map((name) => packages[name]),
      'the proof that nothing is sent',
    )
  return whyNoTracing()
}
