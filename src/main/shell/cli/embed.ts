import type { Command } from 'commander'
import { chooseViews, type ViewsChoice } from '../../app/backbones.ts'
import { startEmbedding } from '../../app/training.ts'
import { counted } from '../../app/words.ts'
import { viewsOption } from './backboneOption.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

interface Options extends CommonOptions {
  device?: string
  views?: ViewsChoice
}

export function addEmbed(program: Command): void {
  const command = program
    .command('embed')
    .description('look at every image that has no features yet')
    .argument('<project>', 'the project file')
    .option('--device <name>', 'auto, cpu, webgpu, … (default: the project’s setting)')
    .addOption(viewsOption())
  withJson(command).action((project: string, options: Options) =>
    runOn(project, options, async (workspace) => {
      if (options.views) chooseViews(workspace, options.views)
      const { backbone, embedded, alreadyThere, failed, seconds } = await startEmbedding(workspace, options).done
      const rate = embedded > 0 ? ` (${(embedded / seconds).toFixed(1)} images/s)` : ''
      const lines = [
        `${counted(embedded, 'image')} embedded with ${backbone.name} in ${seconds.toFixed(1)} s${rate}; ${alreadyThere} had features already.`,
        ...failed.slice(0, 20).map(({ id, reason }) => `${workspace.project.images.get(id)?.path}: ${reason}`),
        ...(failed.length > 20 ? [`and ${failed.length - 20} more that could not be read`] : []),
      ]
      return { text: lines.join('\n'), json: { backbone: backbone.name, embedded, alreadyThere, failed, seconds } }
    }),
  )
}
