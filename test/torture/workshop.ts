import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { RandomState } from '../../src/main/base/random.ts'
import { pictures } from '../app/pictures.ts'
import { Program } from './program.ts'

/** Pictures enough for all phases, few enough for many kills. */
const imageCount = 40
export const labelNames = ['left', 'right', 'bright']

/** Where everything of a run of the kill test lies, and what is made once for all of its kills. */
export class Workshop {
  readonly folder: string
  readonly home: string
  readonly random: RandomState

  constructor(folder: string, seed: number) {
    this.folder = folder
    this.home = path.join(folder, 'home')
    this.random = new RandomState(seed)
    mkdirSync(this.home, { recursive: true })
  }

  place(...names: string[]): string {
    return path.join(this.folder, ...names)
  }

  /** A number of milliseconds up to a bound. */
  moment(upTo: number): number {
    return Math.round(this.random.random() * upTo)
  }

  pick<T>(things: readonly T[]): T {
    return things[this.random.integer(things.length)]
  }

  /** A project of pictures, scanned by the program itself. @returns its file */
  async makeProject(): Promise<string> {
    await pictures(this.place('images'), imageCount)
    const labels = this.place('labels.txt')
    writeFileSync(labels, labelNames.join('\n'))
    const file = this.place('p.surmise')
    await this.run('new', file, '--images', this.place('images'), '--labels', labels)
    return file
  }

  /** The command line, to its end. */
  async run(...args: string[]): Promise<void> {
    const program = new Program(args, this.home)
    const { code } = await program.ended
    if (code !== 0) throw new Error(`surmise ${args.join(' ')} ended with ${code}: ${program.errors}`)
  }

  /** A file of the first format with a long history, so that bringing it up to date takes a while. Made once. */
  oldProject(): string {
    const template = this.place('old-template.surmise')
    if (existsSync(template)) return template
    const db = new Database(template)
    db.exec(readFileSync(path.join(import.meta.dirname, '../project/fixtures/v1.sql'), 'utf8'))
    const id = db.prepare('SELECT max(id) FROM action').pluck().get() as number
    db.exec(`INSERT INTO action (id, kind, title, at, before_id) SELECT ${id + 1}, 'do', 'Describe', 1, max(id) FROM action
      WHERE kind = 'do' AND id NOT IN (SELECT target_id FROM action WHERE kind = 'undo')`)
    const add = db.prepare(
      `INSERT INTO label_change (action_id, label_id, field, old_value, new_value) VALUES (${id + 1}, 1, 'description', ?, ?)`,
    )
    db.transaction(() => {
      for (let i = 0; i < 150_000; i++) add.run(`${'a gull '.repeat(8)}${i}`, `${'a gull '.repeat(8)}${i + 1}`)
    })()
    db.close()
    return template
  }

  copyProject(from: string, to: string): void {
    for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix)
    if (existsSync(`${from}-cache`)) cpSync(`${from}-cache`, `${to}-cache`, { recursive: true })
  }
}
