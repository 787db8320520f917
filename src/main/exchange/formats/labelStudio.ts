import path from 'node:path'
import { shortened, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { readJson } from '../read/jsonReader.ts'
import { isObject, type JsonObject, listOf, textOr, textOrNull } from '../read/jsonValues.ts'
import { isXmlText, xmlText } from '../read/xml.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../records.ts'
import { exportFile, type WalkedImage, writeTextFile } from '../write/exportWalk.ts'
import { IsoTimes } from '../write/isoTimes.ts'
import { type Format, type ReadOptions, sure } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

export const absentChoices: Setting = {
  id: 'absent',
  on: 'read',
  title: 'Choices that say absent',
  hint: 'The control in the labelling configuration whose choices are what an image doesn’t show.',
  usual: 'absent',
}
const score: Setting = {
  id: 'score',
  on: 'read',
  title: 'A prediction without a score counts as',
  hint: 'A probability between 0 and 1.',
  usual: '0.9',
}
const prefix: Setting = {
  id: 'prefix',
  on: 'write',
  title: 'Path prefix',
  hint: 'How Label Studio reaches the images: local storage as shown, or an address ending in “/”.',
  usual: '/data/local-files/?d=',
}

/** Tasks of Label Studio with choices, any number of them; predictions are suggestions. */
export const labelStudio: Format = {
  id: 'label-studio',
  title: 'Label Studio JSON',
  says: { absent: true, unlabelled: true, provenance: 'some', suggestions: true },
  limits:
    'Choices are present. A second control in the configuration beside the file says what is absent; for files without one, you’re asked about the rest. Who and when are kept per annotation.',
  checked: 'round trip; tasks as its documentation has them, by hand',
  extensions: ['.json'],
  reads: 'file',
  writes: 'file',
  settings: [absentChoices, score, prefix],
  recognises: ({ isFolder, head }) =>
    !isFolder &&
    /^\s*\[/.test(head) &&
    /"(annotations|predictions|completions)"\s*:/.test(head) &&
    /"data"\s*:/.test(head)
      ? { score: sure, because: 'it is a list of tasks with data and annotations' }
      : undefined,
  read: readLabelStudio,
  besides: (target) => [configurationFile(target)],
  write: writeLabelStudio,
}

async function writeLabelStudio(source: ExportSource, target: string, options: ExportOptions): Promise<ExportReport> {
  const before = answerTo(prefix, options.settings)
  const suggested = options.suggestions ? await suggestionsByImage(source) : new Map<number, [string, number][]>()
  const times = new IsoTimes()
  const configuration = configurationFile(path.resolve(target))
  const report = await exportFile(labelStudio, source, target, options, async (out, walk) => {
    let first = true
    out.write('[')
    for await (const walked of walk.images()) {
      const { image } = walked
      const predicted = suggested.get(image.id) ?? []
      walk.report.suggestions += predicted.length
      const task = {
        id: image.id,
        data: { image: before + encodePath(image.path, before) },
        annotations: annotationsOf(walked, times),
        predictions: predictionsOf(predicted),
      }
      if (out.write(`${first ? '\n' : ',\n'}${JSON.stringify(task)}`)) await out.flush()
      first = false
    }
    out.write('\n]\n')
  })
  await writeTextFile(configuration, async (out) => {
    out.write(configurationOf(source.labels.map(({ name }) => name).filter(isXmlText)))
  })
  report.files.push(configuration)
  return report
}

/** The labelling configuration lies beside the tasks. */
function configurationFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '-config.xml')
}

/** In an address, what would end it or change its meaning is written as its code. */
function encodePath(path: string, before: string): string {
  const parts = path.split('/').map((part) => encodeURIComponent(part.toWellFormed()))
  return /[?:]/.test(before) ? parts.join('/') : path
}

function annotationsOf({ present, absent, states }: WalkedImage, times: IsoTimes) {
  if (present.length + absent.length === 0) return []
  const latest = [...states.values()].reduce((a, b) => (b.decidedAt > a.decidedAt ? b : a))
  return [
    {
      completed_by: { email: latest.annotator ?? '' },
      created_at: times.textOf(latest.decidedAt),
      was_cancelled: false,
      ground_truth: false,
      result: [
        ...resultOf(
          'present',
          present.map(({ name }) => name),
        ),
        ...resultOf(
          'absent',
          absent.map(({ name }) => name),
        ),
      ],
    },
  ]
}

/** One for each label: a prediction has one score for all that it says. */
function predictionsOf(predicted: readonly [name: string, probability: number][]) {
  return predicted.map(([name, probability]) => ({
    model_version: 'surmise',
    score: probability,
    result: resultOf('present', [name]),
  }))
}

function resultOf(control: string, choices: readonly string[]) {
  return choices.length === 0 ? [] : [{ from_name: control, to_name: 'image', type: 'choices', value: { choices } }]
}

async function suggestionsByImage(source: ExportSource): Promise<Map<number, [string, number][]>> {
  const names = new Map(source.labels.map(({ id, name }) => [id, name]))
  const found = new Map<number, [string, number][]>()
  for await (const { image, labelId, probability } of source.suggestions?.() ?? []) {
    const pair: [string, number] = [names.get(labelId)!, +probability.toFixed(6)]
    const before = found.get(image.id)
    if (before) before.push(pair)
    else found.set(image.id, [pair])
  }
  return found
}

function configurationOf(names: readonly string[]): string {
  const choices = names.map((name) => `    <Choice value="${xmlText(name)}"/>\n`).join('')
  const control = (name: string, header: string) =>
    `  <Header value="${header}"/>\n  <Choices name="${name}" toName="image" choice="multiple">\n${choices}  </Choices>\n`
  return `<View>\n  <Image name="image" value="$image"/>\n${control('present', 'Present')}${control('absent', 'Absent')}</View>\n`
}

/** @throws UserError `not-label-studio`, `setting-value`, and those of `readJson` */
async function readLabelStudio(file: string, options: ReadOptions): Promise<Collected> {
  const reader = new LabelStudioReader(file, options)
  await readJson(file, (path, value, isElement) => reader.visit(path, value, isElement), { ...options, streamed: [''] })
  return reader.finish()
}

class LabelStudioReader {
  readonly #file: string
  readonly #collected = new Collected()
  readonly #absentControl: string
  readonly #scoreless: number
  #tasks = 0
  #hasAbsent = false

  constructor(file: string, { settings }: ReadOptions) {
    this.#file = file
    this.#absentControl = answerTo(absentChoices, settings)
    this.#scoreless = Number(answerTo(score, settings))
    if (!(this.#scoreless >= 0 && this.#scoreless <= 1)) {
      throw new UserError('setting-value', 'A score is between 0 and 1.', 'Set score to a number in that range.')
    }
    this.#collected.keepsAnnotators = true
  }

  visit(path: string, value: unknown, isElement: boolean): void {
    if (path !== '' || !isElement) throw this.#fault('It isn’t a list of tasks')
    const task = isObject(value) ? value : {}
    const image = this.#image(task)
    if (image === undefined) {
      const message = 'Tasks without an image: left out'
      this.#collected.problems.add('task-entry', message, () => shortened(JSON.stringify(value) ?? ''))
      return
    }
    this.#tasks++
    const annotations = [...listOf(task.annotations), ...listOf(task.completions)].filter(
      (annotation) => isObject(annotation) && annotation.was_cancelled !== true,
    ) as JsonObject[]
    // What is exported as “JSON-MIN” has the choices in the task itself, under the names of the controls.
    const isFlat = task.annotations === undefined && task.predictions === undefined
    if (annotations.length === 0 && !isFlat) this.#collected.images[image]!.unlabelled = true
    // Somebody has looked, and submitted it.
    else if (!isFlat) this.#collected.images[image]!.none = true
    for (const annotation of annotations) {
      for (const [name, isAbsent] of this.#choices(annotation.result)) {
        if (isAbsent) this.#hasAbsent = true
        const provenance = {
          ...({ source: 'import', decidedAt: null, model: -1, score: null } as const),
          annotator: annotatorOf(annotation.completed_by),
        }
        this.#collected.states.push(
          image,
          this.#collected.labelOf(name),
          isAbsent ? State.absent : State.present,
          provenance,
        )
      }
    }
    if (isFlat) this.#flat(task, image)
    for (const prediction of listOf(task.predictions)) if (isObject(prediction)) this.#prediction(prediction, image)
  }

  finish(): Collected {
    if (this.#tasks === 0) throw this.#fault('It contains no tasks with images')
    this.#collected.asksForRest = !this.#hasAbsent
    return this.#collected
  }

  #prediction(prediction: JsonObject, image: number): void {
    const { predictions, problems } = this.#collected
    const own = typeof prediction.score === 'number' ? prediction.score : undefined
    if (predictions.model === '') predictions.model = textOr(prediction.model_version, 'Label Studio')
    for (const [name, isAbsent, resultScore] of this.#choices(prediction.result)) {
      const told = resultScore ?? own
      if (told !== undefined && !(told >= 0 && told <= 1)) {
        problems.add('score', 'Predictions whose score is not between 0 and 1: left out', `${told}`)
        continue
      }
      const probability = told ?? this.#scoreless
      if (told === undefined)
        problems.add('score-missing', `Predictions without a score: counted as ${this.#scoreless}`)
      predictions.push(image, this.#collected.labelOf(name), isAbsent ? 1 - probability : probability)
    }
  }

  /** Of choices, and of regions, which say present too. */
  *#choices(result: unknown): Generator<[name: string, isAbsent: boolean, score: number | undefined]> {
    for (const entry of listOf(result)) {
      if (!isObject(entry) || !isObject(entry.value)) continue
      const type = textOr(entry.type, '')
      if (type !== 'choices' && type !== 'taxonomy' && !type.endsWith('labels')) continue
      const own = Object.hasOwn(entry.value, type) ? entry.value[type] : undefined
      const isAbsent = type === 'choices' && entry.from_name === this.#absentControl
      const told = typeof entry.score === 'number' ? entry.score : undefined
      for (const choice of listOf(own)) {
        // A taxonomy's choice is the way to it: the last step is what was chosen.
        const name = Array.isArray(choice) ? choice.at(-1) : choice
        if (typeof name === 'string' && name.trim() !== '') yield [name, isAbsent, told]
      }
    }
  }

  #flat(task: JsonObject, image: number): void {
    const provenance = {
      ...({ source: 'import', decidedAt: null, model: -1, score: null } as const),
      annotator: annotatorOf(task.annotator),
    }
    for (const [control, value] of Object.entries(task)) {
      if (['image', 'id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time'].includes(control))
        continue
      const choices = isObject(value) ? listOf(value.choices) : [value]
      for (const name of choices) {
        if (typeof name !== 'string' || name.trim() === '') continue
        const isAbsent = control === this.#absentControl
        if (isAbsent) this.#hasAbsent = true
        this.#collected.states.push(
          image,
          this.#collected.labelOf(name),
          isAbsent ? State.absent : State.present,
          provenance,
        )
      }
    }
  }

  /** The first of the task's data that looks like the address of an image. */
  #image(task: JsonObject): number | undefined {
    const data = isObject(task.data) ? task.data : task
    const named = [data.image, ...Object.values(data)].find((value) => typeof value === 'string' && value !== '')
    if (typeof named !== 'string') return undefined
    const [path, ...others] = pathsOf(named)
    return this.#collected.imageOf(path, others.length > 0 ? { otherPaths: others } : {})
  }

  #fault(reason: string): UserError {
    return new UserError(
      'not-label-studio',
      `This isn’t Label Studio JSON. ${reason}: ${this.#file}`,
      'Export the project from Label Studio as “JSON”.',
    )
  }
}

function annotatorOf(value: unknown): string | null {
  if (isObject(value)) return textOrNull(value.email) ?? textOrNull(value.username)
  return typeof value === 'number' ? String(value) : textOrNull(value)
}

/** Where an image is: in local storage, uploaded (with eight characters before its name), in a bucket, or somewhere else. */
export function pathsOf(address: string): string[] {
  const local = /^\/data\/local-files\/\?d=(.*)$/s.exec(address)
  if (local) return [decoded(local[1])]
  const uploaded = /^\/data\/upload\/(?:\d+\/)?([0-9a-f]{8}-)?(.+)$/s.exec(address)
  if (uploaded)
    return [decoded(uploaded[2]), decoded(`${uploaded[1] ?? ''}${uploaded[2]}`)].slice(0, uploaded[1] ? 2 : 1)
  const remote = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/([^?#]*)/i.exec(address)
  return remote ? [decoded(remote[1])] : [address]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
