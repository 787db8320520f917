import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BackboneTrial, backboneTrial } from '../../../contract/backbones.ts'
import { withViews } from '../../backbone/list/registry.ts'
import { cancelled, UserError } from '../../base/errors.ts'
import { temporaryFolderPrefix } from '../../base/leftOvers.ts'
import { RandomState } from '../../base/random.ts'
import { countsByLabel, hasKnown, takeRows } from '../../domain/labelMatrix.ts'
import { leastKnown } from '../../training/measure/heldOut.ts'
import { meanOf } from '../../training/measure/metrics.ts'
import type { TryResult } from '../../training/tryBackbone.ts'
import { onDevice } from '../devices/onDevice.ts'
import type { Speed } from '../devices/speeds.ts'
import type { StartedJob } from '../jobs.ts'
import { embedMissing, type KnownAtClick, knownNow } from '../training/training.ts'
import { counted } from '../words.ts'
import type { ReadableWorkspace, Workspace } from '../workspace.ts'
import { checkedBackbone } from './backbones.ts'

/** Comparisons that are kept. */
const kept = 20
/** What a difference must be to be told from chance: of so many labels and held-out pairs, and so many standard errors of the mean over labels. */
const clearFrom = { labels: 8, heldOut: 300, standardErrors: 2.5 }
/** Images that a speed is measured on, and for how long at most, in milliseconds. */
const measured = { images: 32, within: 8000 }

/** What comparing backbones has shown on this project, the newest first. */
export function trialsOf({ project }: ReadableWorkspace): BackboneTrial[] {
  return project.settings.get('backboneTrials').flatMap((one) => backboneTrial.safeParse(one).data ?? [])
}

/**
 * Compares backbones on images of the project of which something is known: embeds them with each, trains as a click on Fine-tune
 * would, and measures on labels that were held out. What was embedded stays in the cache.
 * @param specifications the first is what the others are compared with
 * @throws UserError `too-little-known`, `training-running`, those that say why a backbone can't be used
 */
export async function startTrial(
  workspace: Workspace,
  { specifications, images = 500 }: { specifications: readonly string[]; images?: number },
): Promise<StartedJob<BackboneTrial>> {
  const { context, project } = workspace
  workspace.requireWritable()
  requireIdle(workspace)
  const chosen = chooseImages(await knownNow(workspace), images, project.settings.get('seed'))
  const wanted = [...new Set(specifications)]
  return context.jobs.start('try', 'Compare backbones', async (job) => {
    const results: { specification: string; tried: TryResult }[] = []
    for (const [i, specification] of wanted.entries()) {
      const checked = await checkedBackbone(context, specification, job.signal)
      const share = (fraction: number) => (i + fraction) / wanted.length
      const { tried } = await onDevice(context, project.settings.get('device'), async (device) => {
        const told = { signal: job.signal, point: job.point, update: embeddingOf(checked, job.update, share) }
        const embedded = await embedMissing(workspace, told, chosen.images, device, checked)
        if (!embedded.complete) throw cancelled('The comparison')
        if (embedded.failed.length > 0) throw unreadable(embedded.failed.length)
        job.update({ phase: `Training on ${checked}`, fraction: share(0.6), secondsLeft: null })
        const tried = await context.compute.run(
          'tryBackbone',
          {
            ...{
              cacheFolder: project.cacheFolder,
              backbone: checked,
              keys: chosen.images.map(({ sha256 }) => sha256!),
            },
            ...{ labelNames: chosen.labelNames, states: chosen.states, device, seed: project.settings.get('seed') },
          },
          { signal: job.signal, onProgress: (done) => job.update({ fraction: share(0.6 + 0.4 * done) }) },
        )
        return { tried }
      })
      results.push({ specification: checked, tried })
    }
    const trial = trialFrom(results, chosen.images.length)
    project.settings.set({ backboneTrials: [trial, ...trialsOf(workspace)].slice(0, kept) })
    return { result: trial, outcome: outcomeOf(trial) }
  })
}

/** Some images of which something is known: drawn at random, but the same ones for the same seed. */
function chooseImages({ matrix, images, labels }: KnownAtClick, most: number, seed: number) {
  const count = labels.length
  const known = { states: matrix.states, labels: count }
  const usable = images.flatMap(({ status, sha256 }, i) =>
    status === 'ok' && sha256 !== null && hasKnown(known, i) ? [i] : [],
  )
  const rows = new RandomState(seed)
    .shuffle(usable)
    .slice(0, most)
    .sort((a, b) => a - b)
  const chosen = takeRows(matrix.states, count, rows)
  const { present, absent } = countsByLabel({ states: chosen, labels: count })
  if (!labels.some((_, label) => present[label] >= leastKnown && absent[label] >= leastKnown)) {
    throw new UserError(
      'too-little-known',
      `Too little is known to compare backbones: no label is known present in ${leastKnown} of the images, and absent in ${leastKnown}.`,
      'Mark more images first: a few dozen give a hint, a few hundred a reliable answer.',
    )
  }
  return { images: rows.map((i) => images[i]), labelNames: labels.map(({ name }) => name), states: chosen }
}

function trialFrom(results: readonly { specification: string; tried: TryResult }[], images: number): BackboneTrial {
  const [first, second] = results.map(({ tried }) => tried)
  return {
    ...{ at: Date.now(), images, heldOut: first.heldOut },
    labels: first.averagePrecision.filter(Number.isFinite).length,
    results: results.map(({ specification, tried: { mAP } }) => ({
      ...{ specification, mAP: finite(mAP.blend), linear: finite(mAP.linear) },
    })),
    difference: second ? differenceOf(first, second) : null,
  }
}

/** Of the second against the first, over the labels that both were measured on. */
function differenceOf(first: TryResult, second: TryResult): BackboneTrial['difference'] {
  const changes = first.averagePrecision.map((before, i) => second.averagePrecision[i] - before).filter(Number.isFinite)
  if (changes.length === 0) return null
  const points = meanOf(changes)
  const variance = changes.reduce((sum, change) => sum + (change - points) ** 2, 0) / Math.max(1, changes.length - 1)
  const standardError = Math.sqrt(variance / changes.length)
  const isMuch = changes.length >= clearFrom.labels && first.heldOut >= clearFrom.heldOut
  return {
    points,
    clear: isMuch && Math.abs(points) > clearFrom.standardErrors * standardError,
    better: changes.filter((change) => change > 0).length,
    worse: changes.filter((change) => change < 0).length,
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** One sentence for each, then what it means. */
export function outcomeOf({ results, difference, labels, heldOut }: BackboneTrial): string {
  const figures = results.map(
    ({ specification, mAP }) =>
      `${shortName(specification)} ${mAP === null ? 'couldn’t be measured' : `${(100 * mAP).toFixed(1)}%`}`,
  )
  const verdict = !difference ? '' : difference.clear ? ` The difference is clear.` : ' The difference may be chance.'
  return `Mean average precision on ${counted(labels, 'label')}, ${heldOut} held-out pairs: ${figures.join(', ')}.${verdict}`
}

const shortName = (specification: string): string =>
  /\.onnx/i.test(specification) ? path.basename(specification) : specification

function embeddingOf(
  specification: string,
  update: Parameters<typeof embedMissing>[1]['update'],
  share: (fraction: number) => number,
): typeof update {
  return ({ phase, fraction, ...others }) =>
    update({
      ...others,
      phase: phase && `${shortName(specification)}: ${phase}`,
      // What embedding tells is half of a click’s way.
      fraction: fraction == null ? undefined : share(0.6 * 2 * fraction),
    })
}

function unreadable(count: number): UserError {
  return new UserError(
    'images-unreadable',
    `${counted(count, 'image')} can no longer be read.`,
    'Rescan images, then try again.',
  )
}

/** Measures how fast a backbone is here, on images of the project, for some seconds; nothing is kept but the figure. */
export function startMeasuring(workspace: Workspace, specification: string): StartedJob<Speed> {
  const { context, project } = workspace
  requireIdle(workspace)
  const plain = withViews(specification, 'none')
  const images = [...project.images.known()].filter(({ status }) => status === 'ok').slice(0, measured.images)
  if (images.length === 0) {
    throw new UserError('no-images', 'The project has no images yet.', 'Choose a folder with images.')
  }
  return context.jobs.start('try', 'Measure', async (job) => {
    const cacheFolder = await mkdtemp(path.join(tmpdir(), temporaryFolderPrefix()))
    try {
      const speed = await onDevice(context, project.settings.get('device'), async (device) => {
        // Opening it may take long, on a busy machine or the first time, and is not what is measured.
        const enough = new AbortController()
        let timer: NodeJS.Timeout | undefined
        const onBegun = () => {
          timer ??= setTimeout(() => enough.abort(), measured.within)
        }
        const note = { signal: AbortSignal.any([job.signal, enough.signal]), point: job.point, update: job.update }
        const embedding = embedMissing(workspace, note, images, device, plain, { cacheFolder, onBegun })
        const { embedded, seconds, perSecond } = await embedding.finally(() => clearTimeout(timer))
        if (job.signal.aborted) throw cancelled('The measurement')
        // One that did not do a single image in that time is slower than this.
        return { perSecond: perSecond ?? Math.max(1, embedded) / seconds }
      })
      await context.speeds.record(plain, speed)
      return { result: speed, outcome: `${shortName(plain)}: ${speed.perSecond.toPrecision(2)} images a second.` }
    } finally {
      await rm(cacheFolder, { recursive: true, force: true })
    }
  })
}

function requireIdle({ context: { jobs } }: Workspace): void {
  if (!jobs.running('train') && !jobs.running('try')) return
  throw new UserError(
    'training-running',
    'A training or comparison is already running.',
    'Wait until it is done, or cancel it.',
  )
}
