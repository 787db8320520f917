import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { asUserError, UserError } from '../../base/errors.ts'
import { targetOf } from '../../domain/state.ts'
import { pathsOf } from '../../exchange/formats/labelStudio/addresses.ts'
import { type ChoicesControl, choicesControls } from '../../exchange/formats/labelStudio/config.ts'
import { imageOf } from '../../exchange/formats/labelStudio/survey.ts'
import type { Image } from '../../project/types.ts'
import { confidenceOf } from '../../suggestions/scores.ts'
import { startTraining } from '../training/training.ts'
import type { ReadableWorkspace } from '../workspace.ts'
import { folded, type Learner } from './learning.ts'
import { type NoPrediction, type Prediction, resultOf } from './prediction.ts'
import {
  type jobRequest,
  type predictRequest,
  predictTask,
  type setupRequest,
  type webhookRequest,
} from './requests.ts'
import { failed, StudioServer } from './server.ts'

export interface LabelStudioOptions {
  /** Label Studio's address. Images that aren't in the project are fetched from there and nowhere else. */
  url?: string
  /** A token of its API, legacy or personal, sent to that address only. */
  token?: string
  /** Turns annotations into marks, and allows training. @default annotations are only counted */
  learner?: Learner
  /** Called with messages for whoever started the program, one line each. */
  tell?: (line: string) => void
  /** Milliseconds in which a request is answered, with as many predictions as are ready. @default 80 000: Label Studio gives up after 100 s */
  answerWithin?: number
}

/** Images are fetched and predicted in parallel, because Label Studio gives up on a request after 100 seconds. */
const atOnce = 16
/** Milliseconds, for one image. */
const recognisedWithin = 60_000

/** A machine learning backend for Label Studio that predicts with the project's current model. */
export class LabelStudioBackend {
  readonly #workspace: ReadableWorkspace
  /** The server named at start; without it, the one that last connected is used. */
  readonly #server: StudioServer | undefined
  readonly #learner: Learner | undefined
  readonly #tell: (line: string) => void
  readonly #answerWithin: number
  /** Results of images that weren't ready in time, or aren't yet, by model and address. */
  readonly #late = new Map<string, Promise<Float32Array>>()
  #connected: StudioServer | undefined
  /** Labelling configurations by Label Studio project: a request for predictions may come without one. */
  readonly #configurations = new Map<string, string>()
  #byName: Map<string, string | null> | undefined
  annotations = 0

  /** @throws UserError `no-suggestions`, `label-studio-url` */
  static async open(workspace: ReadableWorkspace, options: LabelStudioOptions = {}): Promise<LabelStudioBackend> {
    if (!(await workspace.suggestions.current())) {
      throw new UserError('no-suggestions', 'There are no suggestions yet.', 'Fine-tune first (surmise train).')
    }
    return new LabelStudioBackend(workspace, options)
  }

  private constructor(workspace: ReadableWorkspace, { url, token, learner, tell, answerWithin }: LabelStudioOptions) {
    this.#workspace = workspace
    this.#server = url === undefined ? undefined : StudioServer.at(url, token)
    this.#learner = learner
    this.#tell = tell ?? (() => undefined)
    this.#answerWithin = answerWithin ?? 80_000
  }

  health() {
    return { status: 'UP', model_class: 'Surmise', v2: true }
  }

  async versions() {
    return { versions: [await this.#version()] }
  }

  async setup({ project, schema, hostname, access_token: token }: z.infer<typeof setupRequest>) {
    if (hostname && !this.#server) this.#connected = StudioServer.at(hostname, token ?? undefined)
    if (schema) {
      // Problems with the configuration are reported when the backend is connected, not with every task.
      this.#reportUnknownLabels(usable(choicesControls(schema)))
      this.#configurations.set(projectOf(project), schema)
    }
    return { model_version: await this.#version() }
  }

  /** @throws UserError `label-config`; `label-studio-tasks` if there is no prediction for any of the tasks */
  async predict({ tasks, project, label_config }: z.infer<typeof predictRequest>) {
    const configuration = label_config ?? this.#configurations.get(projectOf(project)) ?? ''
    const controls = configuration === '' ? [] : usable(choicesControls(configuration))
    const model_version = await this.#version()
    const deadline = Date.now() + this.#answerWithin
    const results = await sideBySide(tasks, async (task): Promise<Prediction | NoPrediction> => {
      const { success, data } = predictTask.safeParse(task)
      if (!success) return { model_version, error: 'This isn’t a Label Studio task: it has no data.' }
      if (Date.now() >= deadline) return { model_version, error: notInTime }
      const ready = this.#predictionOrReason(data, controls, model_version, deadline)
      return Promise.race([ready, late(deadline).then(() => ({ model_version, error: notInTime }))])
    })
    const [first] = results
    // Label Studio shows its users when a request fails, but not when single tasks do.
    if (first && results.every((one) => 'error' in one)) {
      throw new UserError('label-studio-tasks', (first as NoPrediction).error, '')
    }
    return { results, model_version }
  }

  /** With a learner, annotations become marks and training can be started; without one, annotations are only counted. */
  async webhook({ action, annotation, annotations, task, project }: z.infer<typeof webhookRequest>) {
    if (action === 'START_TRAINING') return { action, ...(await this.#train()) }
    if (/^ANNOTATIONS?_DELETED$/.test(action)) {
      const keys = [annotations ?? annotation ?? []].flat().flatMap((one) => keyOf(one, project ?? {}) ?? [])
      return { action, marks: await this.#forget(keys) }
    }
    if (!/^ANNOTATIONS?_(CREATED|UPDATED)$/.test(action)) return { action }
    const tasks = [task ?? []].flat()
    let marks = 0
    for (const one of [annotation ?? []].flat()) {
      this.annotations++
      const ownTask = tasks.find(({ id }) => id === one.task) ?? (tasks.length === 1 ? tasks[0] : undefined)
      marks += await this.#learn(one, ownTask, project ?? {})
    }
    return { action, marks }
  }

  /** The state of a training that Label Studio started, in its words. */
  jobStatus({ job }: z.infer<typeof jobRequest>) {
    const state = this.#workspace.context.jobs.get(Number(job))?.state
    return { job_status: state === 'running' ? 'started' : state === 'done' ? 'finished' : 'failed' }
  }

  async #train() {
    if (!this.#learner) {
      return { detail: 'Import the labels into Surmise (format label-studio) and fine-tune there.' }
    }
    const { workspace } = this.#learner
    const job = await startTraining(workspace)
    job.done.then(
      () => this.#tell(workspace.context.jobs.get(job.id)?.outcome ?? ''),
      (error) => {
        const known = asUserError(error)
        this.#tell(known instanceof UserError ? known.message : 'Fine-tuning failed.')
      },
    )
    return { job: String(job.id), detail: 'Surmise is fine-tuning. Its version changes when it is done.' }
  }

  /** @returns how many marks changed */
  async #learn(
    annotation: Readonly<Record<string, unknown>>,
    task: Readonly<Record<string, unknown>> | undefined,
    project: Readonly<Record<string, unknown>>,
  ): Promise<number> {
    if (!this.#learner || !task) return 0
    const sent = typeof project.label_config === 'string' ? project.label_config : undefined
    const configuration = sent ?? this.#configurations.get(projectOf(project.id as number | undefined)) ?? ''
    const data = z.record(z.string(), z.unknown()).safeParse(task.data).data ?? {}
    const keys = configuration === '' ? [] : choicesControls(configuration).map(({ dataKey }) => dataKey)
    const found = imageOf({ data: Object.entries(data) }, { imageKeys: keys })
    const image = found && this.#find(found.address)
    if (!image) {
      this.#tell(`Label Studio’s task ${task.id}: its image isn’t in this project, so its annotation is left out.`)
      return 0
    }
    const key = keyOf(annotation, project)
    const { changed, conflicts, unknown } = await this.#learner.take({ annotation, key, image, configuration })
    if (conflicts > 0) {
      this.#tell(`${image.path}: ${conflicts} of the labels were known to be the opposite, and stay as they are.`)
    }
    if (unknown.length > 0) this.#tell(`${image.path}: this project has no label ${unknown.join(', ')}.`)
    return changed
  }

  /** @returns how many marks have changed */
  async #forget(keys: readonly string[]): Promise<number> {
    if (!this.#learner || keys.length === 0) return 0
    const { changed, unknown } = await this.#learner.forget(keys)
    if (unknown > 0) {
      const what = unknown === 1 ? 'an annotation' : `${unknown} annotations`
      this.#tell(`Label Studio deleted ${what} that Surmise had not received, so no marks changed.`)
    }
    return changed
  }

  #reportUnknownLabels(controls: readonly ChoicesControl[]): void {
    const own = new Set(this.#workspace.project.labels.list().map(({ name }) => folded(name)))
    const offered = controls.flatMap(({ choices }) => choices)
    const unknown = offered.filter(({ value, alias }) => !own.has(folded(value)) && !own.has(folded(alias ?? value)))
    const names = [...new Set(unknown.map(({ value }) => value))]
    if (names.length > 0) this.#tell(`Label Studio offers labels that this project lacks: ${names.join(', ')}.`)
  }

  async #version(): Promise<string> {
    const { model } = await this.#scores()
    return `surmise-${model.id}-${new Date(model.createdAt).toISOString().slice(0, 19)}`
  }

  /** The scores of the current model, which another process may have replaced meanwhile. */
  async #scores() {
    const { project, suggestions } = this.#workspace
    const scores = await suggestions.current()
    if (scores && project.models.current()?.uid === scores.model.uid) return scores
    suggestions.follow({ kind: 'models' })
    const now = await suggestions.current()
    if (!now) throw new UserError('no-suggestions', 'There are no suggestions now.', 'Fine-tune (surmise train).')
    return now
  }

  /** So that an image that can't be processed fails alone. */
  async #predictionOrReason(
    { id, data }: z.infer<typeof predictTask>,
    controls: readonly ChoicesControl[],
    model_version: string,
    deadline: number,
  ): Promise<Prediction | NoPrediction> {
    try {
      return await this.#prediction(data, controls, model_version, deadline)
    } catch (error) {
      const known = asUserError(error)
      const { log } = this.#workspace.context
      const task = `Label Studio’s task ${typeof id === 'number' ? id : 'without a number'}`
      if (known instanceof UserError) log.warn(`${task}: ${known.message}`)
      else log.error(`${task} couldn’t be processed`, error)
      const reason = known instanceof UserError ? known.message : 'Something went wrong in Surmise with this image.'
      this.#tell(`${task}: ${reason}`)
      return { model_version, error: `${task}: ${reason}` }
    }
  }

  async #prediction(
    data: Record<string, unknown>,
    controls: readonly ChoicesControl[],
    model_version: string,
    deadline: number,
  ): Promise<Prediction> {
    const [first] = controls
    const address = first && data[first.dataKey]
    if (typeof address !== 'string') {
      throw failed(
        first ? `Its data has no image under “${first.dataKey}”.` : 'No labelling configuration came with it.',
      )
    }
    const probabilities = await this.#probabilities(address, deadline)
    const result = controls.flatMap((control) => resultOf(control, probabilities))
    const confidences = [...probabilities.values()].map(confidenceOf)
    const score = confidences.reduce((sum, one) => sum + one, 0) / Math.max(1, confidences.length)
    return { model_version, score, result }
  }

  /** By label name. @throws UserError if the image can't be processed */
  async #probabilities(address: string, deadline: number): Promise<Map<string, number>> {
    const image = this.#find(address)
    if (image) {
      const known = await this.#ofProject(image)
      if (known) return known
    }
    const { model } = await this.#scores()
    const key = `${model.uid} ${address}`
    const running = this.#late.get(key) ?? this.#recognised(address, model)
    this.#late.set(key, running)
    const forget = (): void => void this.#late.delete(key)
    const probabilities = await running.catch((error) => {
      forget()
      throw error
    })
    // What comes too late is kept for the next request, but no longer: the image may change.
    if (Date.now() < deadline) forget()
    return this.#named(model.labelIds, (_, column) => probabilities[column])
  }

  async #recognised(address: string, { uid, file }: { uid: string; file: string | null }): Promise<Float32Array> {
    const { project, context } = this.#workspace
    const bytes = await this.#fetch(address)
    if (file === null) throw failed('The model in use can’t look at images that the project lacks.')
    const input = { cacheFolder: project.cacheFolder, modelUid: uid, modelFile: file, bytes }
    const { probabilities } = await context.compute.run('recognisePicture', input, { within: recognisedWithin })
    return probabilities
  }

  /** For an image of the project: 0 or 1 for known labels, and for the others the probabilities given those. */
  async #ofProject(image: Image): Promise<Map<string, number> | undefined> {
    const { project } = this.#workspace
    const { followed, table } = await this.#scores()
    // From the file, not from memory: another process may be marking.
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

  /** Finds an image by its path, by the longest end of the path that is one, or by its file name if that is unique. */
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

  /** Paths by file name; null if several images share it. */
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

  /** The bytes of an image stored by Label Studio or embedded in the task. @throws UserError `label-studio-image` */
  async #fetch(address: string): Promise<Uint8Array> {
    const inTask = /^data:image\/[\w.+-]+;base64,(.+)$/is.exec(address)
    if (inTask) return Uint8Array.from(Buffer.from(inTask[1], 'base64'))
    const server = this.#server ?? this.#connected
    if (!server)
      throw failed('Its image isn’t in this project, and Label Studio’s address isn’t known: start with --url.')
    const url = server.own(address)
    if (!url) throw failed(`Its image is neither in this project nor on ${server.url.origin}.`)
    return server.image(url)
  }
}

/** A project's number; requests may append the time it was created (`7.1700000000`). */
const projectOf = (id: string | number | null | undefined): string => String(id ?? '').replace(/\..*$/, '')

/** The numbers of an annotation's project and its own. */
function keyOf({ id }: Readonly<Record<string, unknown>>, project: Readonly<Record<string, unknown>>) {
  return Number.isSafeInteger(id) ? `${projectOf(project.id as number | undefined)}.${id}` : undefined
}

/** @throws UserError `label-config` */
function usable(controls: readonly ChoicesControl[]): readonly ChoicesControl[] {
  if (controls.length > 0) return controls
  throw new UserError(
    'label-config',
    'The labelling interface has no Choices about an Image, so there is nothing to predict.',
    'Add some in the project’s settings, under Labeling Interface.',
  )
}

const notInTime = 'There was no time for this image. Retrieve predictions again: those that are ready are kept.'

const late = (deadline: number): Promise<void> => wait(Math.max(0, deadline - Date.now()), undefined, { ref: false })

/** Works on `atOnce` items at a time. @returns results in the order of the items */
async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      results[at] = await work(items[at])
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}
