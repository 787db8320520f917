import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { RandomState } from '../../src/main/base/random.ts'
import { makeBigProject } from '../project/bigProject.ts'
import { type Client, connect, letIn } from './webSupport.ts'

export interface LoadOptions {
  clients: number
  /** Marks of each client. */
  perSecond: number
  seconds: number
  images: number
  labels: number
}

export interface LoadResult {
  /** Marks that were acknowledged. */
  marks: number
  /** From a call to its answer, in milliseconds, rising. */
  waits: Float64Array
  /** Marks that the file doesn't hold as they were acknowledged last. */
  lost: number
  /** Actions in the history beyond, or short of, one for each mark that changed something. */
  actionsAmiss: number
  /** Screens that show something else than the file holds. */
  screensAmiss: number
  /** What SQLite says of the file in the end. */
  integrity: string
}

/** So many images stand on every screen, the same on all. */
const shown = 40

/**
 * Many clients on one project, marking at once, each its own pairs, while every one of them looks at the same images: it is told
 * what others did, and asks for what it shows, as a page does.
 */
export async function runLoad({ clients, perSecond, seconds, images, labels }: LoadOptions): Promise<LoadResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-load-'))
  mkdirSync(path.join(folder, 'home'))
  try {
    const file = makeBigProject(folder, { images, labels, known: 0.2 })
    const before = actionsOf(file)
    const env = { ...process.env, SURMISE_HOME: path.join(folder, 'home') }
    const server = fork(path.join(import.meta.dirname, 'loadServer.ts'), [file, `${clients}`], { env, execArgv: [] })
    const [{ port, urls }] = (await once(server, 'message')) as [{ port: number; urls: string[] }]
    const people = await Promise.all(
      urls.map((url, number) => Person.begin(port, url, { number, clients, labels, images })),
    )
    await Promise.all(people.map((person) => person.work(perSecond, seconds)))
    // What was done last is told to everyone, and looked at.
    await Promise.all(people.map((person) => person.settle()))
    const ended = once(server, 'exit')
    for (const person of people) person.leave()
    server.send('end')
    await ended
    return {
      ...judge(file, people),
      actionsAmiss: actionsOf(file) - before - people.reduce((sum, one) => sum + one.actions, 0),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Place {
  number: number
  clients: number
  labels: number
  images: number
}

type State = 1 | 0 | -1
const key = (imageId: number, labelId: number): string => `${imageId} ${labelId}`

class Person {
  readonly waits: number[] = []
  /** Marks that changed something. */
  actions = 0
  /** By pair: what was acknowledged last. */
  readonly said = new Map<string, State>()
  /** What stands on the screen: the states of the images that are shown. */
  readonly screen = new Map<number, Map<number, State>>()
  readonly #client: Client
  readonly #close: () => void
  readonly #place: Place
  readonly #random: RandomState
  readonly #stale = new Set<number>()
  readonly #asking = new Map<string, 'once' | 'again'>()

  private constructor(client: Client, close: () => void, place: Place) {
    this.#client = client
    this.#close = close
    this.#place = place
    this.#random = new RandomState(place.number + 1)
  }

  get marks(): number {
    return this.waits.length
  }

  static async begin(port: number, url: string, place: Place): Promise<Person> {
    const { client, socket } = await connect(port, await letIn(port, url))
    const person = new Person(client, () => socket.close(), place)
    const events = await client.app.events()
    person.#look(null)
    void (async () => {
      for await (const event of events) {
        // As the page does (renderer/state/events.ts).
        if (event.kind === 'states') {
          person.#look(event.imageIds)
          person.#ask('labels', () => client.labels.list())
        }
        if (event.kind === 'project') {
          person.#ask('labels', () => client.labels.list())
          person.#ask('models', () => client.training.models())
        }
      }
    })().catch(() => undefined)
    return person
  }

  /** Marks at its own pace, whatever the answers take, so that a slow server is not asked less. */
  async work(perSecond: number, seconds: number): Promise<void> {
    const under: Promise<void>[] = []
    const started = performance.now() + this.#random.random() * (1000 / perSecond)
    for (let i = 0; i < perSecond * seconds; i++) {
      await wait(Math.max(0, started + (i * 1000) / perSecond - performance.now()))
      under.push(this.#mark())
    }
    await Promise.all(under)
  }

  async #mark(): Promise<void> {
    const [imageId, labelId] = this.#ownPair()
    const state = ([1, 0, -1] as const)[Math.floor(this.#random.random() * 3)]
    const begun = performance.now()
    const { changed } = await this.#client.marks.set({ changes: [{ imageId, labelId, state }] })
    this.waits.push(performance.now() - begun)
    if (changed > 0) this.actions++
    this.said.set(key(imageId, labelId), state)
  }

  /** A pair that nobody else marks, often of an image that everybody looks at. */
  #ownPair(): [imageId: number, labelId: number] {
    const { number, clients, images, labels } = this.#place
    for (;;) {
      const imageId = 1 + Math.floor(this.#random.random() * (this.#random.random() < 0.5 ? shown : images))
      const labelId = 1 + Math.floor(this.#random.random() * labels)
      if ((imageId + labelId) % clients === number) return [imageId, labelId]
    }
  }

  /** Asks for those that are shown and have changed. @param ids null: all */
  #look(ids: readonly number[] | null): void {
    for (const id of ids ?? Array.from({ length: shown }, (_, i) => i + 1)) if (id <= shown) this.#stale.add(id)
    this.#ask('rows', async () => {
      const asked = [...this.#stale]
      this.#stale.clear()
      if (asked.length === 0) return
      for (const { id, present, absent } of await this.#client.images.rows({ ids: asked })) {
        const row = new Map<number, State>(present.map((labelId) => [labelId, 1]))
        for (const labelId of absent) row.set(labelId, -1)
        this.screen.set(id, row)
      }
    })
  }

  /** Once more after the answer, if it was asked for meanwhile. */
  #ask(what: string, ask: () => Promise<unknown>): void {
    const under = this.#asking.get(what)
    this.#asking.set(what, under ? 'again' : 'once')
    if (under) return
    void (async () => {
      do {
        this.#asking.set(what, 'once')
        await ask()
      } while (this.#asking.get(what) === 'again')
      this.#asking.delete(what)
    })().catch(() => undefined)
  }

  /** Until nothing more is told for a while. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 5; ) {
      await wait(200)
      quiet = this.#asking.size === 0 && this.#stale.size === 0 ? quiet + 1 : 0
    }
  }

  leave(): void {
    this.#close()
  }
}

function actionsOf(file: string): number {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare('SELECT count(*) FROM action').pluck().get() as number
  } finally {
    db.close()
  }
}

/** Compares what people were told with what the file holds, and with each other. */
function judge(file: string, people: readonly Person[]): Omit<LoadResult, 'actionsAmiss'> {
  const db = new Database(file, { readonly: true })
  try {
    const rows = db.prepare('SELECT image_id, label_id, state FROM label_state').raw().all() as [
      number,
      number,
      State,
    ][]
    const held = new Map(rows.map(([imageId, labelId, state]) => [key(imageId, labelId), state]))
    const said = people.flatMap((person) => [...person.said])
    const onScreen = [...held].filter(([pair]) => Number(pair.split(' ')[0]) <= shown)
    const isSame = (screen: Person['screen']) =>
      [...screen.values()].reduce((sum, row) => sum + row.size, 0) === onScreen.length &&
      onScreen.every(([pair, state]) => {
        const [imageId, labelId] = pair.split(' ').map(Number)
        return screen.get(imageId)?.get(labelId) === state
      })
    return {
      marks: people.reduce((sum, one) => sum + one.marks, 0),
      waits: Float64Array.from(people.flatMap((one) => one.waits)).sort(),
      lost: said.filter(([pair, state]) => (held.get(pair) ?? 0) !== state).length,
      screensAmiss: people.filter(({ screen }) => !isSame(screen)).length,
      integrity: String(db.pragma('integrity_check', { simple: true })),
    }
  } finally {
    db.close()
  }
}
