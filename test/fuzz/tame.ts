import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Monster, monsters } from './monsters.ts'

export interface Tamed {
  /** 'read', or the code of the sentence or the reason. */
  outcome: string
  /** Of memory, in bytes; 0 where the system doesn't tell. */
  peak: number
  seconds: number
  /** What is wrong with how it went. */
  fault?: string
}

/** One after the other, in one process. */
export type MonsterOrders = {
  /** Its place among the monsters. */
  place: number
  main: string
  folder: string
}[]

export type MonsterReport = { begins: number } | { ticks: true } | { place: number; outcome: string }

const memory = 1024 ** 3
/** A process that reads answers within this time, in milliseconds: its window moves. */
const answersWithin = 10_000

/**
 * Makes monsters, and has them read by a process of its own, which is watched.
 * @param scale 1: in full size
 * @param within it answers so soon, in milliseconds
 */
export async function tame(
  some: readonly Monster[],
  scale: number,
  within = answersWithin,
): Promise<Map<Monster, Tamed>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-monster-'))
  try {
    const orders: MonsterOrders = []
    for (const monster of some) {
      const place = monsters.indexOf(monster)
      const own = path.join(folder, `${place}`)
      mkdirSync(own)
      orders.push({ place, main: await monster.make(own, scale), folder: own })
    }
    return await read(orders, within)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function read(orders: MonsterOrders, within: number): Promise<Map<Monster, Tamed>> {
  return new Promise((resolve) => {
    const child = fork(path.join(import.meta.dirname, 'monsterWorker.ts'), [JSON.stringify(orders)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, MALLOC_ARENA_MAX: '2' },
    })
    const tamed = new Map<Monster, Tamed>()
    let current: Monster | undefined
    let [peak, begun, heard, fault, words] = [0, 0, 0, undefined as string | undefined, '']
    const end = (monster: Monster, outcome: string) => {
      const isRight = monster.becomes.includes(outcome)
      fault ??= isRight ? undefined : `It became “${outcome}”, and should be: ${monster.becomes.join(' or ')}`
      tamed.set(monster, { outcome, peak, seconds: (performance.now() - begun) / 1000, fault })
      current = undefined
    }
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      words = (words + text).slice(-1000)
    })
    const watch = setInterval(() => {
      peak = Math.max(peak, residentBytes(child.pid!))
      if (!current) return
      if (peak > memory) fault ??= `It took ${Math.round(peak / 1024 ** 2)} MB`
      if (performance.now() - heard > within) fault ??= 'It doesn’t answer'
      if (fault) child.kill('SIGKILL')
    }, 20)
    child.on('message', (report: MonsterReport) => {
      heard = performance.now()
      if ('begins' in report) [current, peak, begun, fault] = [monsters[report.begins], 0, heard, undefined]
      else if ('outcome' in report) end(monsters[report.place], report.outcome)
    })
    child.on('exit', () => {
      clearInterval(watch)
      if (current) {
        fault ??= `The process ended: ${words}`
        end(current, 'ended')
      }
      resolve(tamed)
    })
  })
}

function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}
