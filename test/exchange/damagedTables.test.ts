import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFile } from './folder.ts'

const peers = path.join(import.meta.dirname, 'peers/hugging-face')

/** @param changes a place in the file, and the bytes that it has there instead */
function damaged(peer: string, changes: [at: number, ...bytes: number[]][], length?: number): string {
  const bytes = readFileSync(path.join(peers, peer))
  for (const [at, ...others] of changes) bytes.set(others, at)
  return temporaryFile(`x${path.extname(peer)}`, bytes.subarray(0, length))
}

/** What hangs, or grows, does so where it is ended. */
async function outcomes(files: string[]): Promise<string[]> {
  const reader = path.join(import.meta.dirname, 'readApart.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=300', reader, ...files], {
    timeout: 60_000,
    killSignal: 'SIGKILL',
  }).catch((error) => error)
  return stdout.trim().split('\n')
}

type Changes = Parameters<typeof damaged>[1]

/** Found by changing bytes at random: each kept its reader busy for longer than anyone waits, took all memory, or ended it. */
test.each<[peer: string, changes: Changes[], length: number]>([
  [
    'saved/data-00000-of-00001.arrow',
    [[[406, 186]], [[455, 14]], [[536, 244]], [[510, 78]], [[622, 255]], [[1183, 1]]],
    745,
  ],
  [
    'numbered.parquet',
    [
      [[72, 254, 255, 255, 255]],
      [[356, 254, 255, 255, 255]],
      [
        [463, 151],
        [596, 0, 0, 0, 128],
      ],
    ],
    1000,
  ],
])(
  '%s: lengths that don’t fit the file are refused before anything is made of them',
  async (peer, changes, length) => {
    const files = [...changes.map((some) => damaged(peer, some)), damaged(peer, [], length)]
    expect(await outcomes([path.join(peers, peer), ...files])).toEqual(['3', ...files.map(() => 'not-table')])
  },
  120_000,
)
