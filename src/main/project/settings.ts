import { z } from 'zod'
import type { Connection, ReadableDatabase, Write } from './database.ts'

/** Every setting of a project, with its default. A new one is one line here. */
const schema = z.object({
  name: z.string().trim().min(1).default('Untitled'),
  /** A registry name or the path of an ONNX file; null for the built-in one. */
  backbone: z.string().min(1).nullable().default(null),
  /** Recorded with every decision. */
  annotator: z.string().trim().min(1).nullable().default(null),
  /** Where training runs: `auto`, or the name of a device. */
  device: z.string().min(1).default('auto'),
  seed: z.int().min(0).max(0xffffffff).default(0),
  /** Saved filters, as the contract has checked them. */
  filters: z.array(z.object({ name: z.string(), filter: z.json(), sort: z.json() })).default([]),
  /** Results of comparing backbones on images of the project, newest first, as in the contract. */
  backboneTrials: z.array(z.json()).default([]),
  /** How many files in the image folder aren't read, by kind: a file extension, or “link”. From the last scan. */
  passedOver: z.record(z.string(), z.int().min(1)).default({}),
})

export type Settings = z.infer<typeof schema>
export type SettingName = keyof Settings

/** Small typed values, kept as JSON. */
export class SettingsTable {
  readonly #db: ReadableDatabase
  readonly #write: Write

  constructor(db: ReadableDatabase, write: Write) {
    this.#db = db
    this.#write = write
  }

  /** The value, or the default. A stored value that this version can't read counts as not set. */
  get<Name extends SettingName>(name: Name): Settings[Name] {
    const field = schema.shape[name]
    const stored = this.#db.value<string>('SELECT value FROM setting WHERE key = ?', name)
    const parsed = stored === undefined ? undefined : field.safeParse(parsedJson(stored))
    return (parsed?.success ? parsed.data : field.parse(undefined)) as Settings[Name]
  }

  all(): Settings {
    const names = Object.keys(schema.shape) as SettingName[]
    return Object.fromEntries(names.map((name) => [name, this.get(name)])) as Settings
  }

  /** @throws a ZodError for a value of the wrong type: the contract has already checked what people typed */
  set(values: Partial<Settings>): void {
    this.#write((db) => writeSettings(db, values))
  }
}

/** Undefined if it isn't valid JSON: no setting is undefined. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function writeSettings(db: Connection, values: Partial<Settings>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const parsed = schema.shape[name as SettingName].parse(value)
    db.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', name, JSON.stringify(parsed))
  }
}
