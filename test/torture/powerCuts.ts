import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { RandomState } from '../../src/main/base/random.ts'
import { createProject, openProject } from '../../src/main/project/file/open.ts'
import { scanned } from '../project/scanned.ts'
import { Ledger, readFile } from './ledger.ts'

/**
 * The power is cut so many times while somebody marks as fast as it goes: file and log are copied at a moment at which the process
 * stands still, what was not yet told as saved is torn or overwritten, and the copy is opened.
 * @returns how many actions had been told as saved, and what is wrong with any copy
 */
export async function powerCuts(count: number, seed: number): Promise<{ acknowledged: number; problems: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-torture-'))
  const file = path.join(folder, 'p.surmise')
  const random = new RandomState(seed)
  const ledger = new Ledger()
  const problems: string[] = []
  mkdirSync(path.join(folder, 'images'))
  const project = createProject({ path: file, imagesRoot: path.join(folder, 'images'), labels: ['a', 'b', 'c'] })
  project.images.applyScan({ added: Array.from({ length: 300 }, (_, i) => scanned(`${i}.jpg`)) })
  project.close()
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'powerCutProcess.ts'), file, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    ledger.begin(JSON.parse(line))
    ledger.acknowledged()
  })
  try {
    while (ledger.length === 0) await wait(20)
    for (let cut = 1; cut <= count; cut++) {
      await wait(random.integer(60))
      child.kill('SIGSTOP')
      await stopped(child.pid!)
      const copy = path.join(folder, 'copy.surmise')
      const saved = ledger.length
      for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix)
      tear(copy, saved, random)
      const wrong = [...readFile(copy).problems, ...ledger.compareFirst(copy, saved)]
      openProject(copy).close()
      wrong.push(...ledger.compareFirst(copy, saved))
      problems.push(...wrong.map((one) => `power cut ${cut}: ${one}`))
      for (const suffix of ['', '-wal', '-shm', '-lock']) rmSync(copy + suffix, { force: true })
      // Only now: what there is to compare would grow and grow.
      child.kill('SIGCONT')
    }
    return { acknowledged: ledger.length, problems }
  } finally {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A signal takes a moment to be heard. */
async function stopped(pid: number): Promise<void> {
  while (!/^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await wait(1)
}

/** What follows the log's last transaction that was told as saved may be anything. https://sqlite.org/walformat.html */
function tear(copy: string, saved: number, random: RandomState): void {
  const log = `${copy}-wal`
  if (!existsSync(log)) return
  const bytes = readFileSync(log)
  if (bytes.length < 32) return
  const pageSize = bytes.readUInt32BE(8)
  const ends: number[] = []
  for (let at = 32; at + 24 + pageSize <= bytes.length; at += 24 + pageSize) {
    // Frames of before the log began anew have other salts.
    if (bytes.compare(bytes, 16, 24, at + 8, at + 16) !== 0) break
    if (bytes.readUInt32BE(at + 4) > 0) ends.push(at + 24 + pageSize)
  }
  // A copy of the copy: to read it would move its log into it.
  const look = `${copy}-look`
  for (const suffix of ['', '-wal']) copyFileSync(copy + suffix, look + suffix)
  const told = ends.at(-1 - (readFile(look).actions.length - saved)) ?? (ends.length > 0 ? undefined : 32)
  for (const suffix of ['', '-wal', '-shm']) rmSync(look + suffix, { force: true })
  if (told === undefined || told >= bytes.length) return
  const from = told + random.integer(bytes.length - told)
  if (random.integer(2) === 0) truncateSync(log, from)
  else {
    for (let at = from; at < bytes.length; at++) bytes[at] = random.integer(256)
    writeFileSync(log, bytes)
  }
}
