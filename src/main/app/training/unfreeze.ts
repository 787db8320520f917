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
 * Whether to train the backbone's last stage too. `auto`: on an accelerator, if the backbone can be cut and the disk space needed is
 * moderate; never on the CPU, where it takes long. The result is kept only if it helps on held-out labels.
 */
export type Unfreeze = 'last' | 'none' | 'auto'

/** The most disk space `auto` uses. */
const automaticBytes = 4e9

/** Errors after which `auto` leaves the last stage frozen. */
const uncuttable = new Set(['backbone-uncut', 'operator-unsupported', 'model-weights-outside', 'disk-full'])

/**
 * Prepares training of the last stage, and announces what it will cost.
 * @param embed computes the features of every image with the given backbone (the part before the last stage)
 * @returns whether to train it
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

/** The result, as a sentence. */
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
