import { UserError } from '../../../base/errors.ts'
import { State } from '../../../domain/state.ts'
import { Collected } from '../../read/collected.ts'
import type { ReadOptions } from '../format.ts'
import { answerTo } from '../settings.ts'
import { pathsOf } from './addresses.ts'
import type { Result } from './results.ts'
import { scoreless } from './settings.ts'
import { imageOf, surveyed, type Understanding } from './survey.ts'
import { type Annotation, notLabelStudio, type Prediction, readTasks, type Task } from './tasks.ts'

/**
 * Tasks as Label Studio exports them, JSON, JSON-MIN, CSV or TSV.
 * @throws UserError `not-label-studio`, `label-studio-controls`, `setting-value`, and those of `readJson` and `readCsvRecords`
 */
export async function readLabelStudio(file: string, options: ReadOptions): Promise<Collected> {
  const score = Number(answerTo(scoreless, options.settings))
  if (!(score >= 0 && score <= 1)) {
    throw new UserError('setting-value', 'A score is between 0 and 1.', 'Set score to a number in that range.')
  }
  const reader = new TaskReader(await surveyed(file, options), score)
  await readTasks(file, options, (task, shown) => reader.visit(task, shown))
  if (reader.tasks === 0) throw notLabelStudio(file, 'It contains no tasks with images')
  return reader.finish()
}

class TaskReader {
  readonly #collected = new Collected()
  readonly #understanding: Understanding
  readonly #scoreless: number
  /** By image: how many people have answered. */
  readonly #voices: number[] = []
  /** Answers that are no labels, by control. */
  readonly #others = new Map<string, { type: string; count: number }>()
  tasks = 0

  constructor(understanding: Understanding, scoreless: number) {
    this.#understanding = understanding
    this.#scoreless = scoreless
    this.#collected.keepsAnnotators = true
  }

  visit(task: Task | undefined, shown: () => string): void {
    const { problems } = this.#collected
    const image = task && this.#image(task)
    if (!task || image === undefined) {
      problems.add('task-entry', 'Tasks without an image: left out', shown)
      return
    }
    this.tasks++
    for (const annotation of task.annotations) this.#annotation(annotation, image)
    for (const prediction of task.predictions) this.#prediction(prediction, image)
    const where = (): string => this.#collected.images[image]!.path
    if (task.skipped > 0) problems.add('task-skipped', 'Skipped annotations: left out', where, task.skipped)
    if (task.drafts > 0) problems.add('task-draft', 'Drafts nobody has submitted: left out', where, task.drafts)
    if (task.withoutContent > 0) {
      const message = 'Predictions of which the file has only the numbers: left out'
      problems.add('prediction-number', message, where, task.withoutContent)
    }
  }

  finish(): Collected {
    const collected = this.#collected
    const { saysAbsent } = this.#understanding
    for (const [image, facts] of collected.images.entries()) {
      if (!facts) continue
      if (this.#voices[image]) facts.none = true
      else facts.unlabelled = true
    }
    for (const [control, { type, count }] of this.#others) {
      const message = 'Answers of controls that hold no labels: left out'
      collected.problems.add('answer-other', message, `${control} (${type}): ${count}`, count)
    }
    collected.asksForRest = !saysAbsent
    if (!saysAbsent) this.#noteDisputes()
    return collected
  }

  /** Where several people have answered, a label that only some of them chose is open as soon as silence means absent. */
  #noteDisputes(): void {
    const { states, disputed } = this.#collected
    const votes = new Map<number, Map<number, number>>()
    for (let row = 0; row < states.length; row++) {
      const [image, label] = [states.imageAt(row), states.labelAt(row)]
      if (this.#voices[image] < 2) continue
      const ofImage = votes.get(image) ?? new Map<number, number>()
      votes.set(image, ofImage.set(label, (ofImage.get(label) ?? 0) + 1))
    }
    for (const [image, ofImage] of votes) {
      for (const [label, count] of ofImage) if (count < this.#voices[image]) disputed.push([image, label])
    }
  }

  #annotation({ who, when, results }: Annotation, image: number): void {
    this.#voices[image] = (this.#voices[image] ?? 0) + 1
    const provenance = {
      ...({ source: 'import', decidedAt: when, model: -1, score: null } as const),
      annotator: who,
    }
    // Two boxes of one label are one answer.
    const said = new Set<string>()
    for (const { name, isAbsent } of this.#labels(results, true)) {
      const key = `${isAbsent} ${name}`
      if (said.has(key)) continue
      said.add(key)
      const state = isAbsent ? State.absent : State.present
      this.#collected.states.push(image, this.#collected.labelOf(name), state, provenance)
    }
  }

  #prediction({ model, score, results }: Prediction, image: number): void {
    const { problems } = this.#collected
    for (const { name, isAbsent, score: own } of this.#labels(results, false)) {
      const told = own ?? score
      if (told !== undefined && !(told >= 0 && told <= 1)) {
        problems.add('score', 'Predictions whose score is not between 0 and 1: left out', `${told}`)
        continue
      }
      if (told === undefined)
        problems.add('score-missing', `Predictions without a score: counted as ${this.#scoreless}`)
      const probability = told ?? this.#scoreless
      const label = this.#collected.labelOf(name)
      this.#collected.predictionsOf(model).push(image, label, isAbsent ? 1 - probability : probability)
    }
  }

  *#labels(
    results: readonly Result[],
    counted: boolean,
  ): Generator<{ name: string; isAbsent: boolean; score?: number }> {
    const { present, absent, aliases } = this.#understanding
    for (const { control, type, chosen } of results) {
      const isAbsent = control === absent
      if (!isAbsent && !present.has(control)) {
        if (counted) this.#countOther(control, type)
        continue
      }
      for (const { name, score } of chosen) {
        yield { name: aliases.get(control)?.get(name) ?? name, isAbsent, ...(score === undefined ? {} : { score }) }
      }
    }
  }

  #countOther(control: string, type: string): void {
    const other = this.#others.get(control)
    if (other) other.count++
    else this.#others.set(control, { type, count: 1 })
  }

  #image(task: Task): number | undefined {
    const found = imageOf(task, this.#understanding)
    if (!found) return undefined
    const { key, address } = found
    // In a table the image's own column looks like an answer.
    for (const annotation of task.annotations) {
      annotation.results = annotation.results.filter(({ control, kind }) => kind !== 'text' || control !== key)
    }
    const [first, ...others] = pathsOf(address)
    // An upload has lost its folder.
    const flat = /\/data\/upload\//.test(address)
    return this.#collected.imageOf(first, { ...(others.length > 0 && { otherPaths: others }), ...(flat && { flat }) })
  }
}
