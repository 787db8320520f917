import path from 'node:path'
import { z } from 'zod'
import { asUserError, UserError } from '../../base/errors.ts'
import { targetOf } from '../../domain/state.ts'
import { pathsOf } from '../../exchange/formats/labelStudio/addresses.ts'
import { type ChoicesControl, choicesControls } from '../../exchange/formats/labelStudio/config.ts'
import { absentChoices } from '../../exchange/formats/labelStudio/settings.ts'
import type { Image } from '../../project/types.ts'
import { confidenceOf } from '../../suggestions/scores.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/** What Label Studio asks a machine learning backend for, as far as it is used; more may come with it. */
const projectId = z.union([z.string(), z.number()]).nullish()
export const setupRequest = z.looseObject({ project: projectId, schema: z.string().nullish() })
export const predictRequest = z.looseObject({
  tasks: z.array(z.unknown()),
  project: projectId,
  label_config: z.string().nullish(),
})
/** Each by itself: what is wrong with one costs the others nothing. */
const predictTask = z.looseObject({ id: z.unknown(), data: z.record(z.string(), z.unknown()) })
export const webhookRequest = z.looseObject({ action: z.string() })

export interface Prediction {
  model_version: string
  /** How sure the whole prediction is: tasks can be ordered by it. */
  score: number
  result: {
    from_name: string
    to_name: string
    type: 'choices'
    value: { choices: string[] }
    score: number
  }[]
  /** Why nothing is said of this one. */
  error?: string
}

export interface LabelStudioOptions {
  /** Label Studio's own address: images that are none of the project's are fetched from there, and from nowhere else. */
  url?: string
  /** A token of its API. */
  token?: string
}

/** Larger files are no photos. */
const largestPicture = 64 * 1024 * 1024
const fetchWithin = 30_000
/** Milliseconds, for one image. */
const recognisedWithin = 60_000

/** Answers Label Studio with the model of the project. */
export class LabelStudioBackend {
  readonly #workspace: ReadableWorkspace
  readonly #url: URL | undefined
  readonly #token: string | undefined
  /** By project of Label Studio: how its labels are chosen. A prediction may come without it. */
  readonly #configurations = new Map<string, string>()
  #byName: Map<string, string | null> | undefined
  annotations = 0

  /** @throws UserError `no-suggestions`, `label-studio-url` */
  static async open(
    workspace: ReadableWorkspace,
    { url, token }: LabelStudioOptions = {},
  ): Promise<LabelStudioBackend> {
    if (!(await workspace.suggestions.current())) {
      throw new UserError('no-suggestions', 'There are no suggestions yet.', 'Fine-tune first (surmise train).')
    }
    const parsed = url === undefined ? undefined : URL.parse(url)
    if (url !== undefined && !(parsed && /^https?:$/.test(parsed.protocol))) {
      throw new UserError(
        'label-studio-url',
        `This isn’t a Label Studio address: ${url}`,
        'For example: http://localhost:8080',
      )
    }
    return new LabelStudioBackend(workspace, parsed ?? undefined, token)
  }

  private constructor(workspace: ReadableWorkspace, url: URL | undefined, token: string | undefined) {
    this.#workspace = workspace
    this.#url = url
    this.#token = token
  }

  health() {
    return { status: 'UP', model_class: 'Surmise', v2: true }
  }

  async versions() {
    return { versions: [await this.#version()] }
  }

  async setup({ project, schema }: z.infer<typeof setupRequest>) {
    if (schema) {
      // What can't be read is said when the backend is connected, not with every task.
      choicesControls(schema)
      this.#configurations.set(String(project ?? ''), schema)
    }
    return { model_version: await this.#version() }
  }

  async predict({ tasks, project, label_config }: z.infer<typeof predictRequest>) {
    const configuration = label_config ?? this.#configurations.get(String(project ?? '')) ?? ''
    const controls = configuration === '' ? [] : choicesControls(configuration)
    const model_version = await this.#version()
    const results: Prediction[] = []
    for (const task of tasks) {
      const { success, data } = predictTask.safeParse(task)
      results.push(
        success
          ? await this.#predictionOrWhyNot(data, controls, model_version)
          : { ...nothing(model_version), error: 'This isn’t a Label Studio task: it has no data.' },
      )
    }
    return { results, model_version }
  }

  /** Labels made there come back with an import: what has happened is only counted. */
  webhook({ action }: z.infer<typeof webhookRequest>) {
    if (/^ANNOTATIONS?_(CREATED|UPDATED)$/.test(action)) this.annotations++
    const isTraining = action === 'START_TRAINING'
    return {
      action,
      ...(isTraining ? { detail: 'Import the labels into Surmise (format label-studio) and fine-tune there.' } : {}),
    }
  }

  async #version(): Promise<string> {
    const { model } = await this.#scores()
    return `surmise-${model.id}-${new Date(model.createdAt).toISOString().slice(0, 19)}`
  }

  /** The current model's: another program may have trained one meanwhile. */
  async #scores() {
    const { project, suggestions } = this.#workspace
    const scores = await suggestions.current()
    if (scores && project.models.current()?.uid === scores.model.uid) return scores
    suggestions.follow({ kind: 'models' })
    const now = await suggestions.current()
    if (!now) throw new UserError('no-suggestions', 'There are no suggestions now.', 'Fine-tune (surmise train).')
    return now
  }

  /** One image that can't be looked at, for whatever reason, fails alone. */
  async #predictionOrWhyNot(
    { id, data }: z.infer<typeof predictTask>,
    controls: readonly ChoicesControl[],
    model_version: string,
  ): Promise<Prediction> {
    try {
      return await this.#prediction(data, controls, model_version)
    } catch (error) {
      const known = asUserError(error)
      const { log } = this.#workspace.context
      const task = `Label Studio’s task ${typeof id === 'number' ? id : 'without a number'}`
      if (known instanceof UserError) log.warn(`${task}: ${known.message}`)
      else log.error(`${task} couldn’t be processed`, error)
      const message = known instanceof UserError ? known.message : 'Something went wrong in Surmise with this image.'
      return { ...nothing(model_version), error: message }
    }
  }

  async #prediction(
    data: Record<string, unknown>,
    controls: readonly ChoicesControl[],
    model_version: string,
  ): Promise<Prediction> {
    const [first] = controls
    const address = first && data[first.dataKey]
    if (typeof address !== 'string') return nothing(model_version)
    const probabilities = await this.#probabilities(address)
    if (!probabilities) return nothing(model_version)
    const result = controls.flatMap((control) => resultOf(control, probabilities))
    const sure = [...probabilities.values()].map(confidenceOf)
    return { model_version, score: sure.reduce((sum, one) => sum + one, 0) / Math.max(1, sure.length), result }
  }

  /** By name of the label; undefined where the image can't be looked at. */
  async #probabilities(address: string): Promise<Map<string, number> | undefined> {
    const { project, context } = this.#workspace
    const image = this.#find(address)
    if (image) {
      const known = await this.#ofProject(image)
      if (known) return known
    }
    const { model } = await this.#scores()
    const bytes = await this.#fetch(address)
    if (!bytes || model.file === null) return undefined
    const input = { cacheFolder: project.cacheFolder, modelUid: model.uid, modelFile: model.file, bytes }
    const { probabilities } = await context.compute.run('recognisePicture', input, { within: recognisedWithin })
    return this.#named(model.labelIds, (_, column) => probabilities[column])
  }

  /** What is known of an image of the project counts as sure; the rest follows it. */
  async #ofProject(image: Image): Promise<Map<string, number> | undefined> {
    const { project } = this.#workspace
    const { followed, table } = await this.#scores()
    // From the file, not from memory: another program may be marking.
    const states = new Map(project.states.ofImage(image.id).map(({ labelId, state }) => [labelId, state]))
    followed.follow(image.id, (labelId) => states.get(labelId) ?? 0)
    const row = table.rowOf(image.id)
    const isScored = row >= 0 && [...table.row(row)].some((probability) => !Number.isNaN(probability))
    if (!isScored && states.size === 0) return undefined
    const ids = new Set([...table.labelIds, ...states.keys()])
    return this.#named([...ids], (labelId) => {
      const state = states.get(labelId)
      return state === undefined ? table.at(row, table.columnOf(labelId)) : targetOf(state)
    })
  }

  #named(labelIds: readonly number[], probabilityOf: (labelId: number, column: number) => number) {
    const found = new Map<string, number>()
    for (const [column, id] of labelIds.entries()) {
      const name = this.#workspace.project.labels.get(id)?.name
      const probability = probabilityOf(id, column)
      if (name !== undefined && !Number.isNaN(probability)) found.set(name, probability)
    }
    return found
  }

  /** By its path, as much of the path's end as names one image, or its name alone where only one image has it. */
  #find(address: string): Image | undefined {
    const { images } = this.#workspace.project
    if (/^data:/i.test(address)) return undefined
    for (const found of pathsOf(address)) {
      const parts = found.split('/').filter((part) => part !== '')
      for (let from = 0; from < parts.length; from++) {
        const image = images.byPath(parts.slice(from).join('/'))
        if (image) return image
      }
      const only = this.#names().get(parts.at(-1) ?? '')
      if (typeof only === 'string') return images.byPath(only)
    }
    return undefined
  }

  /** Paths by base name; null where several images have it. */
  #names(): Map<string, string | null> {
    if (!this.#byName) {
      this.#byName = new Map()
      for (const { path: file } of this.#workspace.project.images.known()) {
        const name = path.posix.basename(file)
        this.#byName.set(name, this.#byName.has(name) ? null : file)
      }
    }
    return this.#byName
  }

  /** The content of an image that Label Studio has itself, or that came with the task. */
  async #fetch(address: string): Promise<Uint8Array | undefined> {
    const inTask = /^data:image\/[\w.+-]+;base64,(.+)$/is.exec(address)
    if (inTask) return Uint8Array.from(Buffer.from(inTask[1], 'base64'))
    if (!this.#url) return undefined
    const url = URL.parse(address, this.#url.href)
    if (url?.origin !== this.#url.origin) return undefined
    const headers: Record<string, string> = this.#token ? { Authorization: `Token ${this.#token}` } : {}
    // Where it leads elsewhere, the token must not go along.
    const response = await fetch(url.href, {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(fetchWithin),
    }).catch((cause) => {
      throw new UserError('label-studio-image', `The image can’t be fetched from ${url.origin}.`, '', { cause })
    })
    if (!response.ok) throw new UserError('label-studio-image', `Label Studio answered ${response.status}.`, '')
    return atMost(largestPicture, response)
  }
}

const nothing = (model_version: string): Prediction => ({ model_version, score: 0, result: [] })

/** The body, read no further than this: the other side says how long it is, or doesn't. @throws UserError `label-studio-image` */
async function atMost(bytes: number, { body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > bytes) throw new UserError('label-studio-image', 'The image is too large.', '')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** What is more probable than not; where one alone may be chosen, the most probable. */
function resultOf(control: ChoicesControl, probabilities: ReadonlyMap<string, number>): Prediction['result'] {
  const isAbsent = control.name === absentChoices.usual
  const byFolded = new Map([...probabilities].map(([name, p]) => [folded(name), p]))
  const offered = control.choices.flatMap(({ value, alias }) => {
    const p =
      probabilities.get(value) ?? byFolded.get(folded(value)) ?? (alias ? byFolded.get(folded(alias)) : undefined)
    return p === undefined ? [] : [{ choice: alias ?? value, p: isAbsent ? 1 - p : p }]
  })
  const likely = offered.filter(({ p }) => p >= 0.5).sort((a, b) => b.p - a.p)
  const chosen = control.single ? likely.slice(0, 1) : likely
  if (chosen.length === 0) return []
  const score = chosen.reduce((sum, { p }) => sum + p, 0) / chosen.length
  const value = { choices: chosen.map(({ choice }) => choice) }
  return [{ from_name: control.name, to_name: control.toName, type: 'choices', value, score }]
}

const folded = (name: string): string => name.normalize('NFC').trim().toLowerCase()
