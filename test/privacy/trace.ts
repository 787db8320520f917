import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Every system call that can open a line to somewhere, write, or start a program. */
const calls = [
  ...['socket', 'connect', 'bind', 'sendto', 'sendmsg', 'sendmmsg', 'io_uring_setup', 'execve', 'execveat'],
  ...['open', 'openat', 'openat2', 'creat', 'mkdir', 'mkdirat', 'mknod', 'mknodat', 'truncate'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'symlink', 'symlinkat', 'unlink', 'unlinkat', 'rmdir'],
  ...['chmod', 'fchmodat', 'chown', 'fchownat', 'utimensat', 'setxattr', 'lsetxattr'],
]

/**
 * Around a command: its calls, and those of all that it starts, are written to files that begin with this name. What an io_uring
 * does can't be seen, so that there is none.
 */
export const traced = (files: string, command: readonly string[]): string[] => [
  ...['strace', '-ff', '-o', files, '--seccomp-bpf', '-qq', '-y', '-s', '0', '-e', `trace=${calls.join()}`],
  ...['-e', 'inject=io_uring_setup:error=ENOSYS', '-e', 'signal=none', '--', ...command],
]

export interface Allowed {
  /** Whether a file or a folder may be written, made, moved or removed. @param place absolute */
  written(place: string): boolean
  /** Programs that may be started, absolute. */
  started: readonly string[]
}

export interface Seen {
  /** Every address that is not loopback, every kind of socket that reaches further, every question to a name server. */
  sent: string[]
  /** What was written and is not in the list. */
  written: string[]
  started: string[]
  /** How many calls were looked at: of a trace that holds none, nothing is known. */
  calls: number
}

/** Looks through traces. @param folder that the files lie in @param name that they begin with @param cwd of the command */
export function look(folder: string, name: string, cwd: string, allowed: Allowed): Seen {
  const [sent, written, started] = [new Set<string>(), new Set<string>(), new Set<string>()]
  let count = 0
  const files = readdirSync(folder).filter((file) => file.startsWith(`${name}.`))
  for (const file of files) {
    for (const line of readFileSync(path.join(folder, file), 'utf8').split('\n')) {
      const call = callOf(line)
      if (!call) continue
      count++
      const reached = reaches(call)
      if (reached) sent.add(reached)
      for (const place of writes(call, cwd)) {
        if (!allowed.written(place)) written.add(place)
      }
      const program = starts(call)
      if (program && !allowed.started.includes(program)) started.add(program)
    }
  }
  return { sent: [...sent], written: [...written], started: [...started], calls: count }
}

export interface Call {
  name: string
  args: string
  /** −1 where it failed. */
  result: number
  /** What the descriptor that came back stands for. */
  opened?: string
}

/** @returns undefined for what is no call: the end of a process, a signal */
export function callOf(line: string): Call | undefined {
  const found = /^(\w+)\((.*)\)\s+= (-?\d+|\?)(?:<(.*?)>(?:\(deleted\))?)?(?: |$)/s.exec(line)
  if (found) {
    const [, name, args, result, opened] = found
    return { name, args, result: result === '?' ? -1 : Number(result), opened }
  }
  if (line === '' || /^(\+\+\+|---) /.test(line)) return undefined
  // Of a process that was killed amid a call: whether it had an effect is not known.
  const cut = /^(\w+)\((.*?)(?: <unfinished \.\.\.>)?\)?(?:\s+= \?)?$/s.exec(line)
  if (!cut) throw new Error(`A line of the trace can’t be read: ${line}`)
  return { name: cut[1], args: cut[2], result: 0 }
}

const networkCalls = new Set(['connect', 'bind', 'sendto', 'sendmsg', 'sendmmsg'])

/** What of a call goes further than this machine, whether or not it arrived. */
function reaches({ name, args }: Call): string | undefined {
  if (name === 'socket') {
    // Addresses of this machine's own cards are asked of the kernel by netlink, of a socket that reaches nobody else.
    return /^AF_(UNIX|INET6?|NETLINK), /.test(args) && !args.includes('SOCK_RAW, IPPROTO_ICMP')
      ? undefined
      : `socket(${args})`
  }
  if (!networkCalls.has(name)) return undefined
  for (const [, family, address] of args.matchAll(/sa_family=(\w+)(?:, ([^}]*))?/g)) {
    const isHere =
      family === 'AF_UNSPEC' ||
      family === 'AF_NETLINK' ||
      (family === 'AF_UNIX' && !asksForNames(address)) ||
      (family === 'AF_INET' && /inet_addr\("127\./.test(address) && !/htons\((53|853)\)/.test(address)) ||
      (family === 'AF_INET6' && /"(::1|::ffff:127\.[\d.]+)"/.test(address) && !/htons\((53|853)\)/.test(address))
    if (!isHere) return `${name}(${family}, ${address})`
  }
  return undefined
}

/** A program of this machine that looks up names for others: it asks the network. */
const asksForNames = (address: string): boolean => /systemd\/?resolve|io\.systemd\.Resolve|avahi|mdns/i.test(address)

/** Calls that change what is on the disk, and which of their paths are changed. */
const changing =
  /^(creat|mkdir(at)?|mknod(at)?|truncate|unlink(at)?|rmdir|f?chmod(at)?|f?chown(at)?|utimensat|l?setxattr)$/
const making = /^(link(at)?|symlink(at)?)$/

function writes({ name, args, result, opened }: Call, cwd: string): string[] {
  if (result < 0) return []
  if (/^open(at2?)?$/.test(name)) {
    if (!/O_(WRONLY|RDWR|CREAT|TRUNC|TMPFILE)\b/.test(args)) return []
    return [opened === undefined ? pathsOf(args, cwd)[0] : unescaped(opened)]
  }
  const paths = pathsOf(args, cwd)
  if (/^rename/.test(name)) return paths
  if (making.test(name)) return paths.slice(-1)
  // Of a descriptor that is open already there is no path, and its opening was seen.
  if (changing.test(name)) return paths.slice(0, 1)
  return []
}

function starts({ name, args, result }: Call): string | undefined {
  return /^execve/.test(name) && result >= 0 ? unescaped(/"((?:[^"\\]|\\.)*)"/.exec(args)?.[1] ?? '?') : undefined
}

/** The paths of a call, absolute: a relative one lies in the folder that the call names before it. */
function pathsOf(args: string, cwd: string): string[] {
  const found = args.matchAll(/(?:(?:AT_FDCWD|\d+)(?:<([^>]*)>)?, )?"((?:[^"\\]|\\.)*)"/g)
  return Array.from(found, ([, folder, text]) => path.resolve(folder ? unescaped(folder) : cwd, unescaped(text)))
}

/** strace writes the bytes of a string in octal where they are not ASCII. */
function unescaped(text: string): string {
  const signs: Record<string, string> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' }
  const bytes = text.replace(/\\([0-7]{1,3}|x[\da-f]{2}|.)/g, (_, what: string) => {
    if (/^[0-7]/.test(what)) return String.fromCharCode(Number.parseInt(what, 8))
    if (/^x./.test(what)) return String.fromCharCode(Number.parseInt(what.slice(1), 16))
    return signs[what] ?? what
  })
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
