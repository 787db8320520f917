import path from 'node:path'
import type { Command } from 'commander'
import { type CommonOptions, run, withJson } from './run.ts'

export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('draw a sample project to try things with')
    .argument('<folder>', 'an empty folder, or a new one')
  withJson(command).action((folder: string, options: CommonOptions) =>
    run(options, async (application) => {
      const project = await application.drawSample(path.resolve(folder)).done
      return { lines: [`Made ${project}. Next: surmise train ${project}`], json: { project } }
    }),
  )
}
