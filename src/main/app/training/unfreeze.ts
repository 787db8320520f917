import type { Backbone } from '../../backbone/backbone.ts'
import type { EmbedResult } from '../../backbone/embed/embed.ts'
import { deviceNames } from '../../base/deviceFailure.ts'
import { cancelled, UserError } from '../../base/errors.ts'
import type { LastStagePlan, LastStagePlanInput } from '../../training/lastStage/plan.ts'
import type { LastStageReport } from '../../training/lastStage/tune.ts'
import type { JobControl } from '../jobs.ts'
import { counted } from '../words.ts'
import type { ReadableWorkspace } from '../workspace.ts'

/**
 * Whether the backbone's last stage is trained too. `auto`: on an accelerator, where the backbone can be cut and the disk need
 * is moderate; never on the CPU, where it takes long. In either case it is kept only where held-out labels say that it helps.
 */
export type Unfreeze = 'last' | 'none' | 'auto'

/** What `auto` takes of the disk at most. */
const automaticBytes = 4e9

/** Backbones of which `auto` lets the last stage alone. */
const uncuttable = new Set(['backbone-uncut', 'operator-unsupported', 'model-weights-outside', 'disk-full'])

/**
 * Makes ready what training the last stage needs, and says before what it will cost.
 * @param embed puts the features of every image by this backbone into the cache
 * @returns whether it is to be trained
 * @throws as `planLastStage` and embedding
 */
export async function prepareLastStage(
  { context }: Pick<ReadableWorkspace, 'context'>,
  job: JobControl,
  unfreeze: Unfreeze,
  input: LastStagePlanInput,
  embed: (backbone: Backbone) => Promise<EmbedResult>,
): Promise<boolean> {
  const automatic = unfreeze === 'auto'
  if (unfreeze === 'none' || (automatic && input.device === 'cpu')) return false
  job.update({ phase: 'Measuring what the last stage costs' })
  let plan: LastStagePlan
  try {
    plan = await context.compute.run('planLastStage', input, { signal: job.signal })
  } catch (error) {
    if (!automatic || !(error instanceof UserError) || !uncuttable.has(error.code)) throw error
    context.events.notice('info', `The backbone’s last stage stays unchanged. ${error.message}`)
    return false
  }
  if (automatic && plan.bytes > automaticBytes) {
    context.events.notice(
      'info',
      `The backbone’s last stage stays unchanged: the features before it would need ${sizeOf(plan.bytes)} of disk space.`,
      'To train it anyway: surmise train --unfreeze last',
    )
    return false
  }
  context.events.notice(
    'info',
    `Training the backbone’s last stage, ${(plan.weights / 1e6).toFixed(1)} million weights, takes ${durationOf(plan.seconds)} on ${deviceNames[input.device]}, and ${sizeOf(plan.bytes)} of the disk.`,
  )
  const embedded = await embed(plan.trunk)
  if (!embedded.complete) throw cancelled('Fine-tuning')
  return true
}

/** What came of it, as a sentence. */
export function lastStageOutcome({ frozen, tuned, kept }: LastStageReport): string {
  const [before, after] = [frozen, tuned].map((mAP) => (100 * mAP).toFixed(1))
  const figures = `SST ${before}% mAP on held-out labels before, ${after}% after`
  return kept
    ? `The backbone’s last stage was trained too: ${figures}.`
    : `Training the backbone’s last stage didn’t help enough: ${figures}; it stays unchanged.`
}

function sizeOf(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

function durationOf(seconds: number): string {
  return seconds < 90 ? `about ${Math.ceil(seconds)} s` : `about ${counted(Math.ceil(seconds / 60), 'minute')}`
}
