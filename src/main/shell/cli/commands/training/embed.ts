import { type Command, InvalidArgumentError } from 'commander'
import type { ViewsChoice } from '../../../../../contract/views.ts'
import { chooseViews } from '../../../../app/backbones/backbones.ts'
import { type Shard, shardFolder, startShard } from '../../../../app/training/shards.ts'
import { startEmbedding } from '../../../../app/training/training.ts'
import { viewsOption } from '../../backboneOption.ts'
import { type CommonOptions, runOn, withImages } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { embed as texts } from '../../texts/training.ts'

interface Options extends CommonOptions {
  device?: string
  views?: ViewsChoice
  shard?: Shard
}

export function addEmbed(program: Command): void {
  const command = program
    .command('embed')
    .description(texts.description)
    .argument('<project>', common.project)
    .option('--device <name>', common.projectDevice)
    .addOption(viewsOption())
    .option('--shard <i/n>', texts.shard, shardOf)
  withImages(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const { shard, views } = options
        if (views && !shard) chooseViews(workspace, views)
        const job = shard ? startShard(workspace, { ...options, shard }) : startEmbedding(workspace, options)
        const { backbone, embedded, alreadyThere, failed, seconds } = await job.done
        const lines = [
          texts.done(embedded, backbone.name, seconds, alreadyThere),
          ...failed.slice(0, 20).map(({ id, reason }) => texts.failed(workspace.project.images.get(id)?.path, reason)),
          ...(failed.length > 20 ? [texts.moreFailed(failed.length - 20)] : []),
          ...(shard ? [texts.part(shard.part, shard.of, shardFolder(workspace, shard))] : []),
        ]
        const json = { backbone: backbone.name, embedded, alreadyThere, failed, seconds }
        return { lines, json: shard ? { ...json, folder: shardFolder(workspace, shard) } : json }
        // Several machines may embed parts of the same project at once.
      },
      { readOnly: options.shard !== undefined },
    ),
  )
}

function shardOf(text: string): Shard {
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (part >= 1 && part <= of) return { part, of }
  throw new InvalidArgumentError(texts.badShard)
}
