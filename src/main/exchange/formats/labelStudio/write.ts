import path from 'node:path'
import { UserError } from '../../../base/errors.ts'
import { isXmlText, xmlText } from '../../read/xml.ts'
import type { ExportOptions, ExportReport, ExportSource } from '../../records.ts'
import { type ExportWalk, exportFile, type WalkedImage, writeTextFile } from '../../write/exportWalk.ts'
import { IsoTimes } from '../../write/isoTimes.ts'
import type { Format } from '../format.ts'
import { answerTo, type Settings } from '../settings.ts'
import { cutoff, folderInPrefix, prefix, users } from './settings.ts'

/** The labelling configuration lies beside the tasks. */
export function configurationFile(file: string): string {
  return file.replace(/(\.[^./\\]*)?$/, '-config.xml')
}

/**
 * Tasks that a server takes in as they are, and the configuration they need.
 * @throws UserError `setting-value`, and those of the file system
 */
export async function writeLabelStudio(
  format: Format,
  source: ExportSource,
  target: string,
  options: ExportOptions,
): Promise<ExportReport> {
  const { settings } = options
  const folder = encodeURIComponent(source.project.imageFolder.toWellFormed())
  const before = answerTo(prefix, settings).replaceAll(folderInPrefix, folder)
  const atLeast = cutoffOf(settings)
  const addresses = addressesOf(settings)
  const suggested = options.suggestions ? await suggestionsByImage(source, atLeast) : new Map<number, Suggested[]>()
  const times = new IsoTimes()
  const configuration = configurationFile(path.resolve(target))
  const report = await exportFile(format, source, target, options, async (out, walk) => {
    let first = true
    out.write('[')
    for await (const walked of walk.images()) {
      const { image } = walked
      const likely = suggested.get(image.id) ?? []
      walk.report.suggestions += likely.length
      const task = {
        id: image.id,
        data: { image: before + encodePath(image.path, before) },
        annotations: annotationsOf(walked, times, addresses, walk),
        predictions: predictionsOf(likely),
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

/** @throws UserError `setting-value` */
function cutoffOf(settings: Settings | undefined): number {
  const told = answerTo(cutoff, settings)
  const value = told.trim() === '' ? Number.NaN : Number(told)
  if (value >= 0 && value <= 1) return value
  throw new UserError('setting-value', `The cutoff “${told}” isn’t a probability.`, 'Use a number between 0 and 1.')
}

/** Users of the server, by what annotators are called here. @throws UserError `setting-value` */
function addressesOf(settings: Settings | undefined): Map<string, string> {
  const told = answerTo(users, settings)
  const found = new Map<string, string>()
  for (const one of told.split(',').map((part) => part.trim())) {
    if (one === '') continue
    const at = one.lastIndexOf('=')
    const [name, address] = [one.slice(0, at === -1 ? undefined : at).trim(), one.slice(at + 1).trim()]
    if (name === '' || !/^[^\s@]+@[^\s@]+$/.test(address)) {
      throw new UserError(
        'setting-value',
        `“${one}” names no user of Label Studio.`,
        'Write email addresses, or name=address, separated by commas.',
      )
    }
    found.set(name, address)
  }
  return found
}

/** In an address, what would end it or change its meaning is written as its code. */
function encodePath(path: string, before: string): string {
  const parts = path.split('/').map((part) => encodeURIComponent(part.toWellFormed()))
  return /[?:]/.test(before) ? parts.join('/') : path
}

/** One of each user that the server has, and one of all others together: a server refuses a file that names anyone else. */
function annotationsOf(
  { present, absent, states }: WalkedImage,
  times: IsoTimes,
  addresses: ReadonlyMap<string, string>,
  { warnings }: ExportWalk,
) {
  const ofUsers = new Map<string | undefined, { present: string[]; absent: string[]; latest: number }>()
  for (const [side, labels] of [['present', present] as const, ['absent', absent] as const]) {
    for (const { id, name } of labels) {
      const { annotator, decidedAt } = states.get(id)!
      const address = annotator === null ? undefined : addresses.get(annotator)
      if (annotator !== null && address === undefined) {
        const message = 'Annotators not named with --set users: their marks belong to whoever imports the file'
        warnings.add('annotator-unsaid', message, annotator)
      }
      const own = ofUsers.get(address) ?? { present: [], absent: [], latest: decidedAt }
      own[side].push(name)
      own.latest = Math.max(own.latest, decidedAt)
      ofUsers.set(address, own)
    }
  }
  return [...ofUsers].map(([email, { present, absent, latest }]) => ({
    ...(email === undefined ? {} : { completed_by: { email } }),
    created_at: times.textOf(latest),
    was_cancelled: false,
    ground_truth: false,
    result: [...resultOf('present', present), ...resultOf('absent', absent)],
  }))
}

type Suggested = [name: string, probability: number]

/**
 * One, with everything that is likely: Label Studio shows a single prediction, and two results of one control overwrite each other.
 * Its score is the mean, which tasks can be ordered by; each label's own is beside the choices.
 */
function predictionsOf(likely: readonly Suggested[]) {
  if (likely.length === 0) return []
  const score = +(likely.reduce((sum, [, probability]) => sum + probability, 0) / likely.length).toFixed(6)
  const [result] = resultOf(
    'present',
    likely.map(([name]) => name),
  )
  return [
    { model_version: 'surmise', score, result: [{ ...result, score, meta: { scores: Object.fromEntries(likely) } }] },
  ]
}

function resultOf(control: string, choices: readonly string[]) {
  return choices.length === 0 ? [] : [{ from_name: control, to_name: 'image', type: 'choices', value: { choices } }]
}

/** Those that are likely enough, the likeliest first. */
async function suggestionsByImage(source: ExportSource, atLeast: number): Promise<Map<number, Suggested[]>> {
  const names = new Map(source.labels.map(({ id, name }) => [id, name]))
  const found = new Map<number, Suggested[]>()
  for await (const { image, labelId, probability } of source.suggestions?.() ?? []) {
    if (probability < atLeast) continue
    const pair: Suggested = [names.get(labelId)!, +probability.toFixed(6)]
    const before = found.get(image.id)
    if (before) before.push(pair)
    else found.set(image.id, [pair])
  }
  for (const pairs of found.values()) pairs.sort((a, b) => b[1] - a[1])
  return found
}

function configurationOf(names: readonly string[]): string {
  const choices = names.map((name) => `    <Choice value="${xmlText(name)}"/>\n`).join('')
  const control = (name: string, header: string) =>
    `  <Header value="${header}"/>\n  <Choices name="${name}" toName="image" choice="multiple">\n${choices}  </Choices>\n`
  return `<View>\n  <Image name="image" value="$image"/>\n${control('present', 'Present')}${control('absent', 'Absent')}</View>\n`
}
