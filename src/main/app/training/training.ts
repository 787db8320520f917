import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { looksEach } from '../../../contract/views.ts'
import type { Backbone } from '../../backbone/backbone.ts'
import type { EmbedProgress, EmbedResult } from '../../backbone/embed/embed.ts'
import { viewsOf, withViews } from '../../backbone/list/registry.ts'
import { deviceFailed } from '../../base/deviceFailure.ts'
import { cancelled, UserError } from '../../base/errors.ts'
import { rowsWithKnown } from '../../domain/labelMatrix.ts'
import type { Json, Model } from '../../domain/model.ts'
import type { MatrixSnapshot } from '../../project/states/stateMatrix.ts'
import { isFromNames, learntKind } from '../../suggestions/fromNames.ts'
import { removeCheckpoints } from '../../training/checkpoint.ts'
import type { LastStageReport } from '../../training/lastStage/tune.ts'
import type { Comparison } from '../../training/measure/comparison.ts'
import { learnableLabels } from '../../training/measure/learnable.ts'
import type { ProgressReport } from '../../training/progress.ts'
import type { TrainInput, TrainResult } from '../../training/train.ts'
import type { AppContext } from '../context.ts'
import type { Device } from '../devices/devices.ts'
import { onDevice } from '../devices/onDevice.ts'
import type { JobControl, StartedJob } from '../jobs.ts'
import { applyWhenFree } from '../project/scanning.ts'
import { namesTemplateFor } from '../suggestions/fromNames.ts'
import { counted } from '../words.ts'
import type { Workspace } from '../workspace.ts'
import { lastStageOutcome, prepareLastStage, type Unfreeze } from './unfreeze.ts'

export interface TrainingOptions {
  /** @default the project's setting */
  device?: string
  seed?: number
  /** @default auto */
  unfreeze?: Unfreeze
  /** A file of word vectors to initialise the label vectors with, absolute. @default hashed vectors */
  vectors?: string
}

/** The backbone of a project that names none. */
export const builtInBackbone = 'surmise-tiny'

export interface TrainedModel extends Model {
  /** Whether it resumed an interrupted run with the same inputs. */
  resumed: boolean
  /** With the previous model; null if there is none. */
  comparison: Comparison | null
  /** The result of training the backbone's last stage; null if it stayed frozen. */
  lastStage: LastStageReport | null
}

export interface KnownAtClick {
  matrix: MatrixSnapshot
  images: { id: number; path: string; sha256: string | null; status: string }[]
  labels: { id: number; name: string }[]
}

/**
 * The one click: embeds the images without features, then trains on what is known now; marking can go on meanwhile. Only a
 * finished model replaces the old one, and only if it isn't worse (`compareModels`). If the run is cancelled, fails or is killed,
 * nothing changes, and the next click with the same labels resumes it.
 * @throws UserError `training-running`, `no-images`, `no-labels`, `device-unknown`
 */
export async function startTraining(
  workspace: Workspace,
  options: TrainingOptions = {},
): Promise<StartedJob<TrainedModel>> {
  const { context, project } = workspace
  workspace.requireWritable()
  const settings = project.settings.all()
  const wanted = options.device ?? settings.device
  context.devices.check(wanted)
  const known = await knownNow(workspace)
  if (context.jobs.running('train')) {
    throw new UserError('training-running', 'Fine-tuning is already running.', 'Wait until it is done, or cancel it.')
  }
  const seed = options.seed ?? settings.seed
  return context.jobs.start('train', 'Fine-tune', async (job) => {
    // Throws if nothing can be learnt: better now than after hours of embedding.
    learnableLabels(
      known.matrix.states,
      known.labels.map(({ name }) => name),
    )
    const run = async (device: Device, failed: Device | undefined) => {
      job.update({ device: { device, why: await context.devices.why(device, wanted, failed) } })
      const embedded = await embedMissing(workspace, job, known.images, device)
      if (!embedded.complete) throw cancelled('Fine-tuning')
      const embedAgain = (backbone: Backbone) => embedMissing(workspace, job, known.images, device, backbone)
      const plan = lastStageInput(workspace, known, device)
      const lastStage = await prepareLastStage(workspace, job, options.unfreeze ?? 'auto', plan, embedAgain)
      const how = { device, seed, takesOverFrom: failed, lastStage, wordVectors: options.vectors }
      return { embedded, ...(await trainOn(workspace, job, known, embedded, how)) }
    }
    job.update({ phase: 'Choosing the device' })
    const { trained, embedded, uid, before, device } = await onDevice(context, wanted, run)
    const model = await applyWhenFree(
      () =>
        project.models.add(
          {
            uid,
            kind: learntKind,
            backbone: embedded.backbone.name,
            seed,
            device,
            metrics: { ...metricsOf(trained, known), before },
            labelIds: trained.labelIds,
            file: trained.file,
          },
          { current: trained.comparison?.replaces ?? true },
        ),
      job.signal,
    )
    await removeCheckpoints(project.cacheFolder).catch((error) => {
      // The model is safe; the next run removes them.
      context.log.warn(`The checkpoints could not be removed: ${error}`)
    })
    const { resumed, comparison = null, lastStage = null } = trained
    return { result: { ...model, resumed, comparison, lastStage }, outcome: outcomeOf(trained, known, embedded) }
  })
}

/** Computes the features of every image into the cache, as Fine-tune would do first. */
export function startEmbedding(workspace: Workspace, options: TrainingOptions = {}): StartedJob<EmbedResult> {
  const { context, project } = workspace
  workspace.requireWritable()
  const images = [...project.images.known()]
  return context.jobs.start('train', 'Embed', async (job) => {
    const run = (device: Device) => embedMissing(workspace, job, images, device)
    const embedded = await onDevice(context, options.device ?? project.settings.get('device'), run)
    const { complete, alreadyThere, failed, seconds } = embedded
    if (!complete) throw cancelled('Embedding')
    const done = `${counted(embedded.embedded, 'image')} embedded`
    const others = `${alreadyThere} already had features${failed.length > 0 ? `, ${failed.length} couldn’t be read` : ''}`
    return { result: embedded, outcome: `${done} in ${seconds.toFixed(1)} s; ${others}.` }
  })
}

/**
 * What is known at this moment. Everything after the matrix is read synchronously, so that its rows and the images match.
 * @throws UserError `no-images`, `no-labels`
 */
export async function knownNow({ project }: Workspace): Promise<KnownAtClick> {
  const matrix = (await project.states.matrix()).snapshot()
  const images = [...project.images.known()]
  const names = new Map(project.labels.list().map(({ id, name }) => [id, name]))
  if (images.length === 0) {
    throw new UserError('no-images', 'The project has no images yet.', 'Choose a folder with images.')
  }
  if (names.size === 0) {
    throw new UserError('no-labels', 'The project has no labels yet.', 'Add a label and mark some images with it.')
  }
  if (images.length !== matrix.imageIds.length) throw new Error('The state matrix and the images do not agree.')
  return { matrix, images, labels: Array.from(matrix.labelIds, (id) => ({ id, name: names.get(id) ?? '' })) }
}

function lastStageInput({ project }: Workspace, { matrix, images, labels }: KnownAtClick, device: Device) {
  const count = labels.length
  const labelled = rowsWithKnown({ states: matrix.states, labels: count })
  const backbone = project.settings.get('backbone') ?? builtInBackbone
  const { cacheFolder } = project
  return { backbone, cacheFolder, images: images.length, labelled: labelled.length, labels: count, device }
}

/**
 * Computes the features of readable images that have none in the cache. Waits a few seconds if the cache is in use.
 * @returns what was done, with the measured speed in images per second
 * @throws UserError `cache-in-use`, `device-failed`, `images-not-allowed`, and those of embedding
 */
export async function embedMissing(
  workspace: Workspace,
  job: JobControl,
  images: readonly KnownAtClick['images'][number][],
  device: Device,
  backbone: Backbone | string = workspace.project.settings.get('backbone') ?? builtInBackbone,
  /** `onBegun` is called when the backbone is open. @default the project's own cache */
  { onBegun, ...into }: { cacheFolder: string; passOver?: string; onBegun?: () => void } = {
    cacheFolder: workspace.project.cacheFolder,
  },
): Promise<EmbedResult & { perSecond: number | undefined }> {
  const { context } = workspace
  const input = {
    images: images.flatMap(({ id, path, sha256, status }) =>
      status === 'ok' && sha256 !== null ? [{ id, path, sha256 }] : [],
    ),
    imagesRoot: workspace.requireImages(),
    backbone,
    ...into,
    device,
  }
  let perSecond: number | undefined
  const giveUpAt = performance.now() + cacheFreeWithin
  for (;;) {
    job.update({ phase: 'Opening the backbone' })
    try {
      const embedded = await context.compute.run('embed', input, {
        signal: job.signal,
        onProgress: (report) => {
          job.update(embeddingProgress(report))
          if (report.phase === 'embedding') onBegun?.()
          if (report.perSecond > 0) perSecond = report.perSecond
        },
      })
      if (device !== 'cpu') requireFinite(embedded, device)
      const isMeasured = perSecond !== undefined && embedded.embedded >= leastToMeasure && typeof backbone === 'string'
      if (isMeasured) await recordSpeed(context, backbone, perSecond!, device)
      return { ...embedded, perSecond }
    } catch (error) {
      const inUse = error instanceof UserError && error.code === 'cache-in-use'
      if (!inUse || performance.now() > giveUpAt || job.signal.aborted) throw error
      await wait(200)
    }
  }
}

/** With fewer images the measured speed means little. */
const leastToMeasure = 32

/** Records a backbone's speed on this machine, to help people choose one. Not worth failing for. */
async function recordSpeed({ speeds, log }: AppContext, backbone: string, perSecond: number, device: Device) {
  const measured = { perSecond: perSecond * looksEach[viewsOf(backbone)], device }
  await speeds.record(withViews(backbone, 'none'), measured).catch((error) => {
    log.warn(`The speed of the backbone couldn’t be recorded: ${error}`)
  })
}

/** NaN on an accelerator may be its own fault, so the CPU tries again. @throws UserError `device-failed` */
function requireFinite({ failed }: EmbedResult, device: Device): void {
  const without = failed.filter(({ code }) => code === 'features-not-finite').length
  if (without === 0) return
  throw deviceFailed(device, `it returns no usable numbers for ${counted(without, 'image')}`)
}

/** Milliseconds. After a kill, the old compute process may hold the cache for a few seconds while it cleans up. */
const cacheFreeWithin = 6_000

/** With many images to embed, embedding takes about half of the time. */
const embeddingShare = 0.5

function embeddingProgress({ phase, done, total, secondsLeft }: EmbedProgress) {
  if (phase === 'opening' || total === 0) return { phase: 'Opening the backbone' }
  return {
    phase: `Embedding images: ${done} of ${total}`,
    fraction: (embeddingShare * done) / total,
    secondsLeft: secondsLeft ?? null,
  }
}

const phaseNames: Record<ProgressReport['phase'], string> = {
  preparing: 'Preparing the features',
  baseline: 'Training the linear baseline',
  network: 'Training the network',
  scoring: 'Scoring every image',
  'last stage': 'Training the backbone’s last stage',
  blending: 'Blending and calibrating',
}

async function trainOn(
  { context, project }: Workspace,
  job: JobControl,
  { matrix, images, labels }: KnownAtClick,
  embedded: EmbedResult,
  how: Pick<TrainInput, 'device' | 'seed' | 'takesOverFrom' | 'lastStage' | 'wordVectors'>,
): Promise<{ trained: TrainResult; uid: string; before: number | null }> {
  const uid = randomUUID()
  const current = project.models.current()
  // A zero-shot model has learnt nothing, so there is nothing to compare with.
  const modelBefore = current && !isFromNames(current) ? current : undefined
  const before = embedded.embedded > 0 ? embeddingShare : 0
  const trained = await context.compute.run(
    'train',
    {
      cacheFolder: project.cacheFolder,
      backbone: project.settings.get('backbone') ?? builtInBackbone,
      // A missing image may still have features in the cache, and its labels still describe them.
      images: images.map(({ id, sha256 }) => ({ id, sha256 })),
      labels,
      states: matrix.states,
      modelUid: uid,
      nameTemplate: (await namesTemplateFor(project, project.settings.get('backbone') ?? builtInBackbone)) ?? undefined,
      ...how,
      modelBefore: modelBefore?.uid,
    },
    {
      signal: job.signal,
      onProgress: ({ phase, fraction, secondsLeft, losses, validation }) => {
        const done = before + (1 - before) * fraction
        job.update({ phase: phaseNames[phase], fraction: done, secondsLeft })
        if (!losses && !validation) return
        job.point({
          fraction: done,
          loss: finite(losses?.known),
          mAP: finite(validation?.mAP),
          of: validation?.of ?? null,
        })
      },
    },
  )
  return { trained, uid, before: modelBefore?.id ?? null }
}

/** What the project stores about a model besides its files. JSON has no NaN, so that becomes null. */
function metricsOf(trained: TrainResult, known: KnownAtClick): { [key: string]: Json } {
  const { metrics, labels, seconds, withoutFeatures, comparison, lastStage } = trained
  const byName = new Map(known.labels.map(({ id, name }) => [name, id]))
  return {
    mAP: numbers(metrics.mAP),
    recallAtP90: finite(metrics.recallAtP90),
    calibrationError: finite(metrics.calibrationError),
    heldOut: metrics.heldOut,
    seconds,
    withoutFeatures,
    comparison: comparison ? { ...comparison } : null,
    lastStage: lastStage ? { ...lastStage, frozen: finite(lastStage.frozen), tuned: finite(lastStage.tuned) } : null,
    labels: labels.map(({ name, present, absent, averagePrecision }) => ({
      labelId: byName.get(name)!,
      name,
      present,
      absent,
      averagePrecision: numbers(averagePrecision),
    })),
  }
}

function numbers({ linear, sst, blend }: { linear: number; sst: number; blend: number }) {
  return { linear: finite(linear), sst: finite(sst), blend: finite(blend) }
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

function outcomeOf(
  { labelIds, seconds, metrics, resumed, comparison, lastStage, names }: TrainResult,
  { labels }: KnownAtClick,
  { failed }: EmbedResult,
): string {
  const learnt = new Set(labelIds)
  const left = labels.filter(({ id }) => !learnt.has(id)).map(({ name }) => `“${name}”`)
  const quality = Number.isFinite(metrics.mAP.blend) ? `, held-out mAP ${(metrics.mAP.blend * 100).toFixed(1)}%` : ''
  const sentences = [`${counted(labelIds.length, 'label')} learnt in ${seconds.toFixed(1)} s${quality}.`]
  if (left.length > 0) {
    const some = left.slice(0, 5).join(', ') + (left.length > 5 ? ` and ${left.length - 5} more` : '')
    sentences.push(`Too little is known about ${some}.`)
  }
  if (lastStage) sentences.push(lastStageOutcome(lastStage))
  if (names && 'problem' in names) sentences.push(`Label names couldn’t be used: ${names.problem}`)
  else if (names?.kept) sentences.push('Label names helped, too.')
  if (resumed) sentences.push('Resumed an interrupted training.')
  if (comparison && !comparison.replaces) sentences.push(keptBecause(comparison))
  if (failed.length > 0) sentences.push(`${counted(failed.length, 'image')} couldn’t be read.`)
  return sentences.join(' ')
}

/** Why the previous model stays in use. */
function keptBecause({ labels, mAP }: Comparison): string {
  const why =
    labels.after < labels.before || !mAP
      ? `knows ${counted(labels.after, 'label')}, the previous one ${labels.before}`
      : `is worse than the previous one by ${((mAP.before - mAP.after) * 100).toFixed(1)} points of average precision on the ${mAP.entries} held-out marks both know`
  return `The new model ${why}, so the previous one stays in use. Both are in the list of models.`
}
