import { stat } from 'node:fs/promises'
import path from 'node:path'
import { shortened, UserError } from '../../../base/errors.ts'
import { readText } from '../../read/walkFiles.ts'
import type { ReadOptions } from '../format.ts'
import { answerTo } from '../settings.ts'
import { imageLikeness } from './addresses.ts'
import { type LabelConfig, labelConfigOf } from './config.ts'
import type { Result, ResultKind } from './results.ts'
import { absentChoices, imageKey, labelControls } from './settings.ts'
import { readTasks, type Task } from './tasks.ts'
import { configurationFile } from './write.ts'

/** What has to be known of a file before its answers can be taken for labels. */
export interface Understanding {
  /** Controls whose answers are labels that an image shows. */
  present: ReadonlySet<string>
  /** The control whose answers are what an image doesn't show. */
  absent: string
  /** The file, or its configuration, can say what is absent. */
  saysAbsent: boolean
  /** Of a task's data, where the images are; empty if the file has to show it. */
  imageKeys: readonly string[]
  /** By control: what an alias stands for. */
  aliases: ReadonlyMap<string, ReadonlyMap<string, string>>
}

interface Seen {
  kind: ResultKind
  type: string
  count: number
  examples: Set<string>
}

/** A configuration is a page of text. */
const largestConfiguration = 4 * 1024 * 1024
const examplesShown = 3
/** More controls than this nobody reads. */
const controlsShown = 8

/**
 * Goes over the file once to see which controls it has, and reads the configuration where one lies beside it.
 * @throws UserError `label-studio-controls` where several could hold the labels, `setting-value`, `label-config`, and those of `readTasks`
 */
export async function surveyed(file: string, options: ReadOptions): Promise<Understanding> {
  const { settings } = options
  const config = await configurationBeside(file)
  const absent = answerTo(absentChoices, settings)
  const seen = new Map<string, Seen>()
  await readTasks(file, { signal: options.signal }, (task) => {
    const imageAt = task && imageOf(task, { imageKeys: keysOf(config, options) })?.key
    for (const { results } of [...(task?.annotations ?? []), ...(task?.predictions ?? [])]) {
      for (const result of results) if (result.control !== imageAt) count(seen, result)
    }
  })
  const aboutImages = new Map((config?.controls ?? []).map((control) => [control.name, control]))
  if (config) for (const [name, one] of seen) Object.assign(one, told(one, aboutImages.get(name), config))
  const saysAbsent = seen.has(absent) || aboutImages.has(absent)
  const named = answerTo(labelControls, settings)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const present = named.length > 0 ? known(named, seen, aboutImages) : chosenOf(file, seen, absent, saysAbsent)
  const aliases = [...aboutImages].map(([name, { choices }]) => {
    const pairs = choices.flatMap(({ value, alias }) => (alias === undefined ? [] : [[alias, value] as const]))
    return [name, new Map(pairs)] as const
  })
  return {
    ...{ present: new Set(present), absent, saysAbsent },
    imageKeys: keysOf(config, options),
    aliases: new Map(aliases),
  }
}

function keysOf(config: LabelConfig | undefined, { settings }: ReadOptions): string[] {
  const named = answerTo(imageKey, settings).trim()
  return named === '' ? [...(config?.images.values() ?? [])] : [named]
}

function count(seen: Map<string, Seen>, { control, kind, type, chosen }: Result): void {
  let one = seen.get(control)
  if (!one) {
    one = { kind, type, count: 0, examples: new Set() }
    seen.set(control, one)
  }
  // A control of several choices is a text wherever only one was chosen.
  if (one.kind === 'text' && kind !== 'text') Object.assign(one, { kind, type })
  one.count++
  for (const { name } of chosen) if (one.examples.size < examplesShown) one.examples.add(shortened(name, 40))
}

/** What the configuration knows better than the answers. */
function told(
  seen: Seen,
  control: LabelConfig['controls'][number] | undefined,
  { images }: LabelConfig,
): Partial<Pick<Seen, 'kind'>> {
  if (!control || !images.has(control.toName)) return { kind: 'other' }
  if (control.perRegion) return { kind: 'perRegion' }
  if (control.tag === 'choices' || control.tag === 'taxonomy') return { kind: control.tag }
  return seen.kind === 'text' ? { kind: 'other' } : {}
}

/** @throws UserError `label-studio-controls` */
function chosenOf(file: string, seen: ReadonlyMap<string, Seen>, absent: string, saysAbsent: boolean): string[] {
  const whole = [...seen].filter(
    ([name, { kind }]) => name !== absent && kind !== 'other' && kind !== 'perRegion' && name !== '',
  )
  // As Surmise writes them.
  if (saysAbsent && seen.has('present') && absent === absentChoices.usual) return ['present']
  if (whole.length <= 1) return whole.map(([name]) => name)
  const listed = whole.slice(0, controlsShown).map(([name, { examples }]) => {
    const such = [...examples].join(', ')
    return such === '' ? name : `${name} (${such})`
  })
  const more = whole.length > controlsShown ? ', …' : ''
  throw new UserError(
    'label-studio-controls',
    `Several controls could hold the labels: ${listed.join('; ')}${more}: ${file}`,
    `Say which do, with commas between them. For example: --set labels=${whole[0][0]}`,
  )
}

/** @throws UserError `setting-value` */
function known(
  named: readonly string[],
  seen: ReadonlyMap<string, Seen>,
  configured: ReadonlyMap<string, unknown>,
): string[] {
  const strange = named.find((name) => !seen.has(name) && !configured.has(name))
  if (strange === undefined) return [...named]
  const there = [...new Set([...seen.keys(), ...configured.keys()])].slice(0, 20).join(', ')
  throw new UserError(
    'setting-value',
    `No control of this file is called “${strange}”.`,
    there === '' ? 'It has none.' : `It has: ${there}.`,
  )
}

/** Written by Surmise, or saved there by somebody. @throws UserError `label-config` */
async function configurationBeside(file: string): Promise<LabelConfig | undefined> {
  for (const beside of [configurationFile(file), path.join(path.dirname(file), 'config.xml')]) {
    const facts = await stat(beside).catch(() => undefined)
    if (!facts?.isFile() || facts.size > largestConfiguration) continue
    const config = labelConfigOf(await readText(beside, largestConfiguration))
    if (config.images.size > 0) return config
  }
  return undefined
}

/** Of a task's data, what is the address of its image: the configuration's, or the first that looks most like one. */
export function imageOf(
  { data }: Pick<Task, 'data'>,
  { imageKeys }: Pick<Understanding, 'imageKeys'>,
): { key: string; address: string } | undefined {
  for (const wanted of imageKeys) {
    const value = data.find(([key]) => key === wanted)?.[1]
    if (typeof value === 'string' && value !== '') return { key: wanted, address: value }
  }
  let best: { key: string; address: string; likeness: number } | undefined
  for (const [key, value] of data) {
    const likeness = imageLikeness(key, value)
    if (likeness > (best?.likeness ?? 0)) best = { key, address: value as string, likeness }
  }
  return best
}
