import path from 'node:path'
import { type Command, Option } from 'commander'
import type { ViewsChoice } from '../../../../../contract/views.ts'
import { chooseViews } from '../../../../app/backbones/backbones.ts'
import { modelOf } from '../../../../app/project/summary.ts'
import { startTraining } from '../../../../app/training/training.ts'
import type { Unfreeze } from '../../../../app/training/unfreeze.ts'
import { viewsOption } from '../../backboneOption.ts'
import { seedOf } from '../../count.ts'
import { type CommonOptions, runOn, withImages } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { train as texts } from '../../texts/training.ts'

interface Options extends CommonOptions {
  device?: string
  views?: ViewsChoice
  seed?: number
  unfreeze: Unfreeze
  vectors?: string
}

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description(texts.description)
    .argument('<project>', common.project)
    .option('--device <name>', common.projectDevice)
    .addOption(viewsOption())
    .option('--seed <number>', texts.seed, seedOf)
    .addOption(new Option('--unfreeze <what>', texts.unfreeze).choices(['last', 'none', 'auto']).default('auto'))
    .option('--vectors <file>', common.vectors)
  withImages(command).action((project: string, options: Options) =>
    runOn(project, options, async (workspace, { context }) => {
      if (options.views) chooseViews(workspace, options.views)
      const job = await startTraining(workspace, {
        ...options,
        vectors: options.vectors && path.resolve(options.vectors),
      })
      const trained = await job.done
      const { resumed, comparison, lastStage } = trained
      const outcome = context.jobs.get(job.id)?.outcome ?? ''
      return { lines: [outcome], json: { model: modelOf(workspace, trained), resumed, comparison, lastStage } }
    }),
  )
}
