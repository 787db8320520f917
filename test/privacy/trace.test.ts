import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { callOf, look } from './trace.ts'

/** What is seen in a trace of these lines; nothing may be written but below /p, nothing started but Node. */
function seenIn(...lines: string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-trace-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(path.join(folder, 'job.1'), `${lines.join('\n')}\n+++ exited with 0 +++\n`)
  writeFileSync(
    path.join(folder, 'other.1'),
    'connect(3, {sa_family=AF_INET, sin_addr=inet_addr("9.9.9.9")}, 16) = 0\n',
  )
  return look(folder, 'job', '/cwd', { written: (place) => /^\/p(\/|$)/.test(place), started: ['/bin/node'] })
}

test.each([
  'connect(26<socket:[1]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("20.1.2.3")}, 16) = -1 EINPROGRESS (Operation now in progress)',
  'connect(26<socket:[1]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}, 16) = -1 ENETUNREACH (Network is unreachable)',
  'connect(26<socket:[1]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0',
  'connect(3<socket:[1]>, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2603::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 ENETUNREACH (Network is unreachable)',
  'sendto(3<socket:[1]>, ""..., 20, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("192.168.1.9")}, 16) = 20',
  'sendmsg(3<socket:[1]>, {msg_name={sa_family=AF_INET, sin_port=htons(5353), sin_addr=inet_addr("224.0.0.251")}, msg_namelen=16, msg_iov=[], msg_iovlen=0}, 0) = 9',
  'bind(20<socket:[1]>, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, 16) = 0',
  'bind(20<socket:[1]>, {sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::", &sin6_addr), sin6_scope_id=0}, 28) = 0',
  'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/systemd/resolve/io.systemd.Resolve"}, 42) = 0',
  'socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)) = 3<socket:[1]>',
  'socket(AF_VSOCK, SOCK_STREAM, 0) = 3<socket:[1]>',
  'connect(26<socket:[1]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("20.1.2.3")}, 16 <unfinished ...>) = ?',
])('is sent: %s', (line) => {
  const { sent, calls } = seenIn(line)
  expect([sent.length, calls]).toEqual([1, 1])
})

test.each([
  'connect(26<socket:[1]>, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
  'bind(20<socket:[1]>, {sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
  'sendto(4<UNIX-STREAM:[1]>, ""..., 20, MSG_NOSIGNAL, NULL, 0) = 20',
  'connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/tmp/x"}, 42) = 0',
  'socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 21<socket:[1]>',
])('stays here: %s', (line) => {
  expect(seenIn(line).sent).toEqual([])
})

test.each([
  ['/home/a/.cache/x', 'openat(AT_FDCWD</cwd>, "/home/a/.cache/x", O_RDWR|O_CREAT, 0644) = 3</home/a/.cache/x>'],
  ['/cwd/x', 'openat(AT_FDCWD</cwd>, "x", O_WRONLY|O_CREAT|O_TRUNC, 0644) = 3</cwd/x>'],
  ['/real', 'open("/p/link", O_WRONLY) = 3</real>'],
  ['/cwd/y', 'creat("y", 0644) = 3'],
  ['/elsewhere', 'rename("/p/a", "/elsewhere") = 0'],
  ['/other/b', 'renameat2(AT_FDCWD</cwd>, "/p/a", 5</other>, "b", 0) = 0'],
  ['/home/a/.cache', 'mkdir("/home/a/.cache", 0777) = 0'],
  ['/home/größe', 'mkdirat(AT_FDCWD</cwd>, "/home/gr\\303\\266\\303\\237e", 0777) = 0'],
  ['/l', 'symlink("/p/target", "/l") = 0'],
  ['/l', 'link("/p/target", "/l") = 0'],
  ['/gone', 'unlink("/gone") = 0'],
  ['/m', 'chmod("/m", 0600) = 0'],
  ['/dev/shm/x', 'openat(AT_FDCWD</cwd>, "/dev/shm/x", O_RDWR|O_CREAT|O_EXCL, 0600) = 4</dev/shm/x>(deleted)'],
])('is written: %s', (place, line) => {
  expect(seenIn(line).written).toEqual([place])
})

test('what is read, what failed and what is in the list is none', () => {
  const { written, started, calls } = seenIn(
    'openat(AT_FDCWD</cwd>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3</etc/passwd>',
    'mkdir("/home/a", 0777) = -1 EEXIST (File exists)',
    'openat(AT_FDCWD</cwd>, "/home/b", O_RDWR) = -1 ENOENT (No such file or directory)',
    'openat(AT_FDCWD</p>, "x", O_RDWR|O_CREAT, 0644) = 3</p/x>',
    'rename("/p/a", "/p/b") = 0',
    'execve("/bin/node", [], 0x7ffc /* 5 vars */) = 0',
    'execve("/usr/bin/curl", [], 0x7ffc /* 5 vars */) = -1 ENOENT (No such file or directory)',
  )
  expect([written, started, calls]).toEqual([[], [], 7])
  expect(seenIn('execve("/usr/bin/curl", [], 0x7ffc /* 5 vars */) = 0').started).toEqual(['/usr/bin/curl'])
})

test('a line that can’t be read is not passed over', () => {
  expect(() => callOf('something else')).toThrow('can’t be read: something else')
  expect([callOf('--- SIGCHLD {si_signo=SIGCHLD} ---'), callOf('+++ killed by SIGKILL +++'), callOf('')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
