import { type Command, InvalidArgumentError } from 'commander'
import type { ViewsChoice } from '../../../contract/views.ts'
import { chooseViews } from '../../app/backbones/backbones.ts'
import { type Shard, shardFolder, startShard } from '../../app/training/shards.ts'
import { startEmbedding } from '../../app/training/training.ts'
import { counted } from '../../app/words.ts'
import { viewsOption } from './backboneOption.ts'
import { type CommonOptions, runOn, withImages } from './run.ts'

interface Options extends CommonOptions {
  device?: string
  views?: ViewsChoice
  shard?: Shard
}

export function addEmbed(program: Command): void {
  const command = program
    .command('embed')
    .description('look at every image that has no features yet')
    .argument('<project>', 'the project file')
    .option('--device <name>', 'auto, cpu, webgpu, … (default: the project’s setting)')
    .addOption(viewsOption())
    .option(
      '--shard <i/n>',
      'only part i of n, into a cache of its own beside the project (surmise merge-cache joins them)',
      shardOf,
    )
  withImages(command).action((project: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const { shard, views } = options
        if (views && !shard) chooseViews(workspace, views)
        const job = shard ? startShard(workspace, { ...options, shard }) : startEmbedding(workspace, options)
        const { backbone, embedded, alreadyThere, failed, seconds } = await job.done
        const rate = embedded > 0 ? ` (${(embedded / seconds).toFixed(1)} images/s)` : ''
        const lines = [
          `${counted(embedded, 'image')} embedded with ${backbone.name} in ${seconds.toFixed(1)} s${rate}; ${alreadyThere} had features already.`,
          ...failed.slice(0, 20).map(({ id, reason }) => `${workspace.project.images.get(id)?.path}: ${reason}`),
          ...(failed.length > 20 ? [`and ${failed.length - 20} more that could not be read`] : []),
          ...(shard ? [`Part ${shard.part} of ${shard.of}: ${shardFolder(workspace, shard)}`] : []),
        ]
        const json = { backbone: backbone.name, embedded, alreadyThere, failed, seconds }
        return { lines, json: shard ? { ...json, folder: shardFolder(workspace, shard) } : json }
        // Several machines may have one project file open for this.
      },
      { readOnly: options.shard !== undefined },
    ),
  )
}

function shardOf(text: string): Shard {
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (part >= 1 && part <= of) return { part, of }
  throw new InvalidArgumentError('A part is i/n, counted from 1: 1/4, 2/4, 3/4, 4/4.')
}
