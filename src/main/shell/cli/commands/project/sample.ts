import path from 'node:path'
import type { Command } from 'commander'
import { type CommonOptions, run, withJson } from '../../run.ts'
import { sample as texts } from '../../texts/project.ts'

export function addSample(program: Command): void {
  const command = program.command('sample').description(texts.description).argument('<folder>', texts.folder)
  withJson(command).action((folder: string, options: CommonOptions) =>
    run(options, async (application) => {
      const project = await application.drawSample(path.resolve(folder)).done
      return { lines: [texts.done(project)], json: { project } }
    }),
  )
}
