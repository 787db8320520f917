import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Job } from '../../src/contract/schemas.ts'
import type { Client } from '../shell/webSupport.ts'
import { checkCache, temporaryFilesIn } from './caches.ts'
import { type Deed, Ledger, readFile as readProject } from './ledger.ts'
import { Program } from './program.ts'
import type { Told } from './torture.ts'
import { labelNames, type Workshop } from './workshop.ts'

/** So long an episode lasts at most, from the first mark; training of these pictures takes some seconds. */
const longest = 6_000

/**
 * Somebody works on one project, over and over: marks, undoes, imports, while it embeds, trains, exports and makes backups. The
 * program is killed; the next time it goes on with what is left.
 */
export class Working {
  readonly #shop: Workshop
  readonly #file: string
  readonly #ledger = new Ledger()
  #episode = 0
  #imageIds: number[] = []
  #labelIds: number[] = []
  #paths = new Map<number, string>()

  private constructor(shop: Workshop, file: string) {
    this.#shop = shop
    this.#file = file
  }

  static async begin(shop: Workshop): Promise<Working> {
    return new Working(shop, await shop.makeProject())
  }

  get file(): string {
    return this.#file
  }

  get acknowledged(): number {
    return this.#ledger.length
  }

  async episode(): Promise<Told> {
    const shop = this.#shop
    const quiet = this.#episode++ % 4 === 3
    // Else the features would be there for good, and training would begin anew only by chance.
    if (shop.random.random() < 0.3) rmSync(`${this.#file}-cache/features`, { recursive: true, force: true })
    const program = new Program(['serve', this.#file, '--no-open'], shop.home)
    const client = await program.client()
    await this.#look(client)
    const problems = await this.#leftOvers()
    const jobs = new Map<number, Job>()
    void this.#follow(client, jobs)
    let doing = 'idle'
    const at = shop.moment(longest)
    const died = wait(at).then(() => program.kill(shop.random.random() < 0.5))
    const exports = this.#inTheBackground(client, quiet)
    const work = (async () => {
      while (!quiet) {
        const deed = this.#deed()
        doing = deed.kind
        await this.#do(client, deed)
        // As fast as hands can be, and faster.
        await wait(shop.moment(12))
      }
    })()
    // What is under way when it dies never settles.
    // …or fails for the line's sake alone.
    const all = Promise.all([work, exports]).catch(async (error) => {
      await Promise.race([program.ended, wait(3_000)])
      if (program.isAlive) throw error
    })
    await Promise.race([all, program.ended])
    await died
    const under = [...jobs.values()].filter(({ state }) => state === 'running').map(phaseOf)
    await program.gone()
    problems.push(
      ...this.#check(),
      ...(await checkCache(`${this.#file}-cache`)).problems,
      ...(await this.#checkExports()),
    )
    return { doing: [...(quiet ? [] : [doing]), ...under], problems }
  }

  /** The last word: it opens, and all that was acknowledged is there. */
  async end(): Promise<string[]> {
    const program = new Program(['serve', this.#file, '--no-open'], this.#shop.home)
    const client = await program.client()
    await this.#look(client)
    const problems = await this.#leftOvers()
    program.kill(true)
    await program.gone()
    return [...problems, ...this.#check()]
  }

  #check(): string[] {
    const { problems } = this.#ledger.check(this.#file)
    // A backup is a project of its own, and whole.
    return [...problems, ...backupsOf(this.#file).flatMap((one) => readProject(one).problems)]
  }

  /** What the killed one left half-written goes once the project is open again. */
  async #leftOvers(): Promise<string[]> {
    const places = [this.#shop.folder]
    for (let i = 0; i < 200 && temporaryFilesIn(...places).length > 0; i++) await wait(50)
    return temporaryFilesIn(...places).map((name) => `a temporary file stays: ${name}`)
  }

  async #look(client: Client): Promise<void> {
    const ids = new Int32Array(await (await client.images.query({ filter: {}, sort: { by: 'path' } })).arrayBuffer())
    this.#imageIds = [...ids]
    for (const { id, path: file } of await client.images.rows({ ids: this.#imageIds })) this.#paths.set(id, file)
    this.#labelIds = (await client.labels.list()).map(({ id }) => id)
  }

  async #follow(client: Client, jobs: Map<number, Job>): Promise<void> {
    try {
      for await (const event of await client.app.events()) if (event.kind === 'job') jobs.set(event.job.id, event.job)
    } catch {
      // It was killed.
    }
  }

  #deed(): Deed {
    const { random } = this.#shop
    const chance = random.random()
    const any = () => ({ imageId: this.#shop.pick(this.#imageIds), labelId: this.#shop.pick(this.#labelIds) })
    if (chance < 0.12) return { kind: 'undo' }
    if (chance < 0.18) return { kind: 'redo' }
    if (chance < 0.24) {
      const pairs = new Map(Array.from({ length: 40 }, any).map((pair) => [`${pair.imageId} ${pair.labelId}`, pair]))
      const changes = [...pairs.values()].map((pair) => ({ ...pair, state: this.#shop.pick([1, -1] as const) }))
      return { kind: 'import', changes }
    }
    const count = chance < 0.34 ? 30 : 1
    const state = this.#shop.pick([1, -1, 0, 1, -1] as const)
    return { kind: 'mark', changes: Array.from({ length: count }, () => ({ ...any(), state })) }
  }

  async #do(client: Client, deed: Deed): Promise<void> {
    try {
      const preview = deed.kind === 'import' ? await this.#preview(client, deed) : undefined
      this.#ledger.begin(deed)
      if (deed.kind === 'mark') await client.marks.set({ changes: [...deed.changes] })
      else if (preview) {
        const choices = { rest: 'unknown', conflicts: 'replace', suggestions: true } as const
        await client.exchange.import({ token: preview.token, choices })
      } else await client.history[deed.kind as 'undo' | 'redo']()
      this.#ledger.acknowledged()
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#ledger.refused()
    }
  }

  #preview(client: Client, { changes }: Extract<Deed, { kind: 'import' }>) {
    const lines = changes.map(({ imageId, labelId, state }) => {
      const label = labelNames[this.#labelIds.indexOf(labelId)]
      return `${this.#paths.get(imageId)},${label},${state === 1 ? 'present' : 'absent'}`
    })
    const file = this.#shop.place('marks.csv')
    writeFileSync(file, `image,label,value\n${lines.join('\n')}\n`)
    return client.exchange.preview({ path: file, format: 'csv' })
  }

  /** Jobs beside the marks, one after the other. */
  async #inTheBackground(client: Client, quiet: boolean): Promise<void> {
    await client.training.start({ device: 'cpu' }).catch(refused)
    for (let i = 0; ; i++) {
      const path = this.#shop.place('out', i % 2 === 0 ? 'labels.json' : `voc-${this.#episode}-${i}`)
      const format = i % 2 === 0 ? 'coco' : 'voc'
      if (!quiet || i === 0) await client.exchange.export({ format, path, overwrite: true }).catch(refused)
      if (i % 3 === 1) await client.backups.make().catch(refused)
      await client.project.rescan().catch(refused)
      await wait(this.#shop.moment(300))
    }
  }

  /** Each export is whole, or not there. */
  async #checkExports(): Promise<string[]> {
    const problems: string[] = []
    const coco = this.#shop.place('out', 'labels.json')
    if (existsSync(coco)) {
      try {
        const images = JSON.parse(readFileSync(coco, 'utf8')).images.length
        if (images !== this.#imageIds.length) problems.push(`labels.json has ${images} images`)
      } catch (error) {
        problems.push(`labels.json: ${error}`)
      }
    }
    for (const name of await readdir(this.#shop.place('out')).catch(() => [])) {
      if (!/^voc-/.test(name)) continue
      const folder = this.#shop.place('out', name)
      const files = await readdir(path.join(folder, 'Annotations')).catch(() => [])
      const texts = await Promise.all(files.map((file) => readFile(path.join(folder, 'Annotations', file), 'utf8')))
      if (!texts.every((text) => text.trimEnd().endsWith('</annotation>'))) problems.push(`${name} is torn`)
      rmSync(folder, { recursive: true })
    }
    return problems
  }
}

function backupsOf(file: string): string[] {
  const folder = `${file}-backups`
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.surmise'))
        .sort()
    : []
  return names.slice(-1).map((name) => path.join(folder, name))
}

const isRefusal = (error: unknown): boolean => (error as { code?: string }).code === 'USER_ERROR'
function refused(error: unknown): void {
  if (!isRefusal(error)) throw error
}

function phaseOf({ kind, phase }: Job): string {
  if (kind !== 'train') return kind
  return /^Embedding images|backbone$/.test(phase) ? 'embed' : 'train'
}
