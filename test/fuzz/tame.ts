import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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

export interface MonsterOrders {
  /** Its place among the monsters. */
  place: number
  main: string
  folder: string
}

const memory = 1024 ** 3
/** A process that reads answers within this time, in milliseconds: its window moves. */
const answersWithin = 10_000

/** Makes a monster, and has it read by a process of its own, which is watched. @param scale 1: in full size */
export async function tame(monster: Monster, scale: number): Promise<Tamed> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-monster-'))
  try {
    const main = await monster.make(folder, scale)
    return await read(monster, { place: monsters.indexOf(monster), main, folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function read({ becomes }: Monster, orders: MonsterOrders): Promise<Tamed> {
  return new Promise((resolve) => {
    const child = fork(path.join(import.meta.dirname, 'monsterWorker.ts'), [JSON.stringify(orders)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, MALLOC_ARENA_MAX: '2' },
    })
    let [outcome, peak, begun, heard, fault, words] = ['', 0, 0, performance.now(), undefined as string | undefined, '']
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      words = (words + text).slice(-1000)
    })
    const watch = setInterval(() => {
      peak = Math.max(peak, residentBytes(child.pid!))
      if (peak > memory) fault ??= `It took ${Math.round(peak / 1024 ** 2)} MB`
      if (begun > 0 && performance.now() - heard > answersWithin) fault ??= 'It doesn’t answer'
      if (fault) child.kill('SIGKILL')
    }, 20)
    child.on('message', (message: { begins?: true; outcome?: string }) => {
      heard = performance.now()
      if (message.begins) begun = heard
      outcome = message.outcome ?? outcome
    })
    child.on('exit', () => {
      clearInterval(watch)
      if (outcome === '') fault ??= `The process ended: ${words}`
      else if (!becomes.includes(outcome)) fault ??= `It became “${outcome}”, and should be: ${becomes.join(' or ')}`
      resolve({ outcome: outcome || 'ended', peak, seconds: (performance.now() - begun) / 1000, fault })
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
