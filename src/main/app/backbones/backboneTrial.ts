import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BackboneTrial, backboneTrial } from '../../../contract/backbones.ts'
import { withViews } from '../../backbone/list/registry.ts'
import { cancelled, UserError } from '../../base/errors.ts'
import { temporaryFolderPrefix } from '../../base/leftOvers.ts'
import { RandomState } from '../../base/random.ts'
import { countsByLabel, hasKnown, takeRows } from '../../domain/labelMatrix.ts'
import { minKnown } from '../../training/measure/heldOut.ts'
import { meanOf } from '../../training/measure/metrics.ts'
import type { TryResult } from '../../training/tryBackbone.ts'
import { onDevice } from '../devices/onDevice.ts'
import type { Speed } from '../devices/speeds.ts'
import type { StartedJob } from '../jobs.ts'
import { embedMissing, type KnownAtClick, knownNow } from '../training/training.ts'
import { counted } from '../words.ts'
import type { ReadableWorkspace, Workspace } from '../workspace.ts'
import { checkedBackbone } from './backbones.ts'

/** How many past comparisons a project keeps. */
const kept = 20
/** A difference is called clear only with at least this many labels and held-out pairs, and this many standard errors of the mean over labels. */
const clearFrom = { labels: 8, heldOut: 300, standardErrors: 2.5 }
/** Limits of a speed measurement: images, milliseconds. */
const measured = { images: 32, within: 8000 }

/** Past comparisons of backbones on this project, newest first. */
export function trialsOf({ project }: ReadableWorkspace): BackboneTrial[] {
  return project.settings.get('backboneTrials').flatMap((one) => backboneTrial.safeParse(one).data ?? [])
}

/**
 * Compares backbones on images of the project that have known labels: embeds the images with each backbone, trains as Fine-tune
 * would, and measures on held-out labels. The features stay in the cache.
 * @param specifications the first is the one the others are compared with
 * @throws UserError `too-little-known`, `training-running`, or the reason why a backbone can't be used
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
        const control = { signal: job.signal, point: job.point, update: embeddingOf(checked, job.update, share) }
        const embedded = await embedMissing(workspace, control, chosen.images, device, checked)
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

/** A random sample of images with known labels; the same seed draws the same sample. */
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
  if (!labels.some((_, label) => present[label] >= minKnown && absent[label] >= minKnown)) {
    throw new UserError(
      'too-little-known',
      `Too little is known to compare backbones: no label is known present in ${minKnown} of the images, and absent in ${minKnown}.`,
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

/** The second compared with the first, over the labels that both were measured on. */
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

/** The figures, then whether the difference is clear. */
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
      // `embedMissing` reports fractions up to 0.5, its share of a fine-tuning.
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

/** Measures for a few seconds how fast a backbone is on this machine, on images of the project. Only the figure is kept. */
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
        // Opening the backbone may take long, on a busy machine or the first time, and isn't part of the measurement.
        const enough = new AbortController()
        let timer: NodeJS.Timeout | undefined
        const onBegun = () => {
          timer ??= setTimeout(() => enough.abort(), measured.within)
        }
        const control = { signal: AbortSignal.any([job.signal, enough.signal]), point: job.point, update: job.update }
        const embedding = embedMissing(workspace, control, images, device, plain, { cacheFolder, onBegun })
        const { embedded, seconds, perSecond } = await embedding.finally(() => clearTimeout(timer))
        if (job.signal.aborted) throw cancelled('The measurement')
        // If not even one image was finished in time, this is an upper bound.
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
