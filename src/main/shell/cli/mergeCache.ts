import path from 'node:path'
import type { Command } from 'commander'
import { startMergeCaches } from '../../app/training/shards.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

export function addMergeCache(program: Command): void {
  const command = program
    .command('merge-cache')
    .description('join features that were embedded in parts (surmise embed --shard)')
    .argument('<project>', 'the project file')
    .argument('[folders...]', 'the caches of the parts (default: all that lie beside the project)')
  withJson(command).action((project: string, folders: string[], options: CommonOptions) =>
    runOn(project, options, async (workspace) => {
      const resolved = folders.map((folder) => path.resolve(folder))
      const { caches, parts } = await startMergeCaches(workspace, resolved).done
      const lines = caches.flatMap(({ images, added, missing, differing }) => [
        `${counted(images, 'image')} have features now, ${added} of them from ${counted(parts.length, 'part')}.`,
        ...(missing > 0
          ? [`${counted(missing, 'image')} are in no part: embed the parts that are missing, or the rest here.`]
          : []),
        ...(differing > 0
          ? [`${counted(differing, 'image')} came out differently on several machines; the first is kept.`]
          : []),
      ])
      return { lines, json: { caches, parts } }
    }),
  )
}
