import { createHash } from 'node:crypto'
import { shortened, UserError } from '../../../base/errors.ts'
import { type Known, State } from '../../../domain/state.ts'
import { Collected } from '../../read/collected.ts'
import { isObject, type JsonObject } from '../../read/jsonValues.ts'
import type { ClassNames } from '../../read/rows.ts'
import { type Separator, separatorOf, tagsIn, UnclearSeparator } from '../../read/table/separators.ts'
import { answerTo, type Setting, type Settings } from '../settings.ts'
import { separatorSetting } from '../tables/tagsReader.ts'
import { type Columns, columnsOf, imageIn, isYesOrNo, keyOf, nameKeyOf } from './columns.ts'
import { manifestRow, suggested } from './manifests.ts'

const imageSetting: Setting = {
  id: 'image',
  on: 'read',
  title: 'Image column',
  hint: 'If empty: file_name, image, path and the like.',
  usual: '',
}
const labelsSetting: Setting = {
  id: 'labels',
  on: 'read',
  title: 'Label column',
  hint: 'Only needed if several columns could hold the labels.',
  usual: '',
}

const namesSetting: Setting = {
  id: 'names',
  on: 'read',
  title: 'Names of numbered labels',
  hint: 'From 0, separated by commas. Only needed for numbers that the file has no names for; “numbers” keeps them.',
  usual: '',
}

export const rowSettings: readonly Setting[] = [imageSetting, labelsSetting, namesSetting, separatorSetting]

/** So many rows say what the columns are. */
const rowsLookedAt = 200
/** What the rows of a table say: which images, and what is in them. */
export class RowReader {
  readonly collected: Collected
  readonly #file: string
  readonly #settings: Settings | undefined
  readonly #below: string
  #classes: ClassNames = new Map()
  #waiting: JsonObject[] = []
  #columns: Columns | undefined
  #labels: string | undefined
  #separator: Separator = 'none'
  #hasAbsent = false
  readonly #names: readonly string[] | undefined
  readonly #keepsNumbers: boolean

  /** @param below the folder that the paths are relative to, from the root; '' for the root */
  constructor(file: string, settings: Settings | undefined, below = '', collected = new Collected()) {
    this.collected = collected
    this.#file = file
    this.#settings = settings
    this.#below = below
    const names = answerTo(namesSetting, settings).trim()
    this.#keepsNumbers = names === 'numbers'
    this.#names = names === '' || this.#keepsNumbers ? undefined : names.split(',').map((name) => name.trim())
  }

  /** @throws UserError `no-image-column`, `field-unclear`, `field-unknown`, `labels-unnamed` */
  add(line: JsonObject): void {
    const { row, labels } = manifestRow(line)
    if (this.#columns) this.#row(row)
    else {
      for (const name of labels) if (!this.#classes.has(name)) this.#classes = new Map(this.#classes).set(name, [])
      if (this.#waiting.push(row) >= rowsLookedAt) this.#decide()
    }
  }

  /** Names that numbers stand for. */
  know(classes: ClassNames): void {
    if (classes.size > 0) this.#classes = classes
  }

  /** @throws UserError as `add` */
  finish(): Collected {
    if (!this.#columns) this.#decide()
    const { collected } = this
    // Of several files, one that leaves it open leaves it open for all.
    collected.asksForRest ||= !this.#hasAbsent && this.#columns!.absent === undefined
    for (const name of this.#classes.get(this.#labels ?? '') ?? [])
      if (collected.images.length > 0) collected.labelOf(name)
    return collected
  }

  #decide(): void {
    const rows = this.#waiting
    const asked = answerTo(imageSetting, this.#settings).trim()
    const columns = columnsOf(rows, this.#classes)
    if (asked !== '' && !rows.some((row) => Object.hasOwn(row, asked))) throw this.#noColumn(asked, rows)
    if (!columns && asked === '') {
      throw new UserError(
        'no-image-column',
        `No column names the images: ${this.#file}`,
        `Set the option “image” to one of: ${namesOf(rows) || 'none'}.`,
      )
    }
    this.#columns = {
      ...(columns ?? { labels: [], wide: [], absent: undefined, others: [] }),
      image: asked || columns!.image,
    }
    this.#labels = this.#labelColumn(this.#columns, rows)
    this.#checkVectors(rows)
    this.#separator = this.#separatorIn(rows)
    const left = this.#columns.others.filter((name) => name !== this.#labels)
    if (left.length > 0) {
      this.collected.problems.add(
        'column-left-out',
        'Columns that aren’t labels: left out',
        left.join(', '),
        left.length,
      )
    }
    this.#waiting = []
    for (const row of rows) this.#row(row)
  }

  #labelColumn({ labels, wide }: Columns, rows: readonly JsonObject[]): string | undefined {
    const asked = answerTo(labelsSetting, this.#settings).trim()
    if (asked !== '') {
      if (rows.some((row) => Object.hasOwn(row, asked))) return asked
      throw this.#noColumn(asked, rows)
    }
    if (labels.length > 1) {
      throw new UserError(
        'field-unclear',
        `Several columns could hold the labels: ${labels.join(', ')} (${this.#file})`,
        `Set the option “labels” to one of: ${labels.join(', ')}.`,
      )
    }
    if (labels.length === 0 && wide.length === 0) {
      throw new UserError(
        'field-unclear',
        `No column looks like labels: ${this.#file}`,
        `Set the option “labels” to one of: ${namesOf(rows) || 'none'}.`,
      )
    }
    return labels[0]
  }

  #noColumn(name: string, rows: readonly JsonObject[]): UserError {
    return new UserError(
      'field-unknown',
      `There is no column “${name}”: ${this.#file}`,
      `Its columns are: ${namesOf(rows) || 'none'}.`,
    )
  }

  /** Of texts in the column of labels: what joins them. */
  #separatorIn(rows: readonly JsonObject[]): Separator {
    const asked = answerTo(separatorSetting, this.#settings)
    if (asked !== 'auto') return asked as Separator
    const cells = rows.map((row) => row[this.#labels ?? '']).filter((value) => typeof value === 'string')
    const images = rows.map((row) => imageIn(row[this.#columns!.image]))
    const found = separatorOf(cells, new Set(images).size < images.length, {
      isOne: /^(label|tag|class|category|target)$/.test(keyOf(this.#labels ?? '')),
    })
    if (!(found instanceof UnclearSeparator)) return found
    const readings = found.separators.map((one) => tagsIn(found.cell, one).join(' · '))
    throw new UserError(
      'separator-unclear',
      `“${shortened(found.cell, 80)}” could be read as ${readings.join(' or as ')}: ${this.#file}`,
      `Set the option “separator” to one of: ${found.separators.join(', ')}.`,
    )
  }

  /** [0, 1, 1] in every row says which labels, not what they are called. */
  #checkVectors(rows: readonly JsonObject[]): void {
    if (this.#labels === undefined || this.#classes.has(this.#labels)) return
    const lists = rows.map((row) => row[this.#labels!]).filter((value): value is unknown[] => Array.isArray(value))
    const length = lists[0]?.length ?? 0
    const isVector = (list: unknown[]) => list.length === length && list.every((one) => one === 0 || one === 1)
    if (length < 2 || lists.length < 2 || !lists.every(isVector)) return
    throw new UserError(
      'labels-unnamed',
      `“${this.#labels}” is a list of 0 and 1 in each row, without names: ${this.#file}`,
      'Write the names of the labels into the column instead.',
    )
  }

  #row(row: JsonObject): void {
    const { image: column, wide, absent } = this.#columns!
    const { problems } = this.collected
    const source = row[column]
    const bytes = isObject(source) && source.bytes instanceof Uint8Array ? source.bytes : undefined
    const name = imageIn(source)
    if (name === undefined || (name === '' && !bytes)) {
      problems.add('line-incomplete', 'Entries without an image: left out', () => shown(row))
      return
    }
    const sha256 = bytes ? createHash('sha256').update(bytes).digest('hex') : null
    // What is in the table itself is known by its content: its name may be that of several.
    const below = sha256 === null ? this.#below : sha256.slice(0, 12)
    const path = below === '' || name === '' ? name || `${sha256}` : `${below}/${name}`
    const index = this.collected.imageOf(path, {
      sha256,
      stem: true,
      ...(sha256 === null && path !== name && { otherPaths: [name] }),
    })
    const image = this.collected.images[index]!
    const before = problems.list().reduce((sum, { count }) => sum + count, 0)
    let isTold = false
    for (const [place, state] of [
      [this.#labels, State.present],
      [absent, State.absent],
    ] as const) {
      if (place === undefined) continue
      const value = row[place]
      if (value === null || value === undefined || value === '') continue
      if (state === State.present || (Array.isArray(value) && value.length > 0)) isTold = true
      if (typeof value !== 'string') this.#cell(index, place, value, state)
      else for (const tag of tagsIn(value, this.#separator)) this.#cell(index, place, tag, state)
    }
    for (const label of wide) {
      const value = row[label]
      if (!isYesOrNo(value)) continue
      isTold = true
      this.#state(index, label, value)
    }
    const after = problems.list().reduce((sum, { count }) => sum + count, 0)
    // What isn't told, or isn't understood, must not become absent by what the rest means.
    if (!isTold || after > before) image.unlabelled = true
  }

  #cell(image: number, column: string, value: unknown, state: Known): void {
    const { collected } = this
    if (Array.isArray(value)) {
      for (const one of value) this.#cell(image, column, one, state)
      return
    }
    if (isObject(value)) {
      this.#object(image, column, value, state)
      return
    }
    const name = this.#nameOf(column, value)
    if (name !== undefined) {
      if (state === State.absent) this.#hasAbsent = true
      collected.states.push(image, collected.labelOf(name), state)
    } else if (value !== null && value !== '') this.#odd(image, value)
  }

  /** One label with other facts; columns of many ({"category": [0, 1], "bbox": …}); or labels with yes and no. */
  #object(image: number, column: string, value: JsonObject, state: Known): void {
    const key = nameKeyOf(value)
    if (suggested in value) {
      this.#suggestion(image, value.label, value[suggested] as number)
      return
    }
    if (key !== undefined) {
      this.#cell(image, column, value[key], state)
      return
    }
    const entries = Object.entries(value)
    if (entries.length > 0 && entries.every(([, one]) => isYesOrNo(one) || one === null)) {
      for (const [label, one] of entries) if (one !== null) this.#state(image, label, one)
    } else this.#odd(image, value)
  }

  /** A model’s word is no mark, and what it didn't name isn't absent. */
  #suggestion(image: number, name: unknown, probability: number): void {
    const { collected } = this
    collected.leftOpen.add(image)
    if (typeof name !== 'string') this.#odd(image, name)
    else collected.predictionsOf(this.#labels!).push(image, collected.labelOf(name), probability)
  }

  #state(image: number, label: string, value: unknown): void {
    const { collected } = this
    const index = collected.labelOf(label)
    if (value === true || value === 1) collected.states.push(image, index, State.present)
    else if (value === false || value === 0) {
      this.#hasAbsent = true
      collected.states.push(image, index, State.absent)
    }
  }

  #nameOf(column: string, value: unknown): string | undefined {
    if (typeof value === 'string') return value.trim() === '' ? undefined : value
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined
    const classes = this.#classes.get(column)
    if (classes) return classes[value]
    if (this.#names) return this.#names[value]
    return this.#keepsNumbers ? `${value}` : this.#unnamed()
  }

  #unnamed(): never {
    throw new UserError(
      'labels-unnamed',
      `“${this.#labels}” holds numbers, and nothing says what they stand for: ${this.#file}`,
      'Set the option “names” to the names of the labels, from 0, separated by commas; or to “numbers” to keep the numbers.',
    )
  }

  #odd(image: number, value: unknown): void {
    const { problems, images } = this.collected
    const message = 'Values that aren’t labels: left out'
    problems.add('value-unknown', message, () => `${images[image]!.path}: ${shown(value)}`)
  }
}

function namesOf(rows: readonly JsonObject[]): string {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, 30).join(', ')
}

function shown(value: unknown): string {
  return shortened(JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? '…' : one)) ?? '')
}
