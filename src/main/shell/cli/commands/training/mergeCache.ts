import path from 'node:path'
import type { Command } from 'commander'
import { startMergeCaches } from '../../../../app/training/shards.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { common } from '../../texts/common.ts'
import { mergeCache as texts } from '../../texts/training.ts'

export function addMergeCache(program: Command): void {
  const command = program
    .command('merge-cache')
    .description(texts.description)
    .argument('<project>', common.project)
    .argument('[folders...]', texts.folders)
  withJson(command).action((project: string, folders: string[], options: CommonOptions) =>
    runOn(project, options, async (workspace) => {
      const resolved = folders.map((folder) => path.resolve(folder))
      const { caches, parts } = await startMergeCaches(workspace, resolved).done
      const lines = caches.flatMap(({ images, added, missing, differing }) => [
        texts.done(images, added, parts.length),
        ...(missing > 0 ? [texts.missing(missing)] : []),
        ...(differing > 0 ? [texts.differing(differing)] : []),
      ])
      return { lines, json: { caches, parts } }
    }),
  )
}
