import path from 'node:path'
import type { Command } from 'commander'
import { examine } from '../../app/doctor.ts'
import { type CommonOptions, run, withJson } from './run.ts'

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('look at versions, devices, disk, permissions, and a project; says nothing private')
    .argument('[project]', 'a project file to look at as well')
  withJson(command).action((project: string | undefined, options: CommonOptions) =>
    run(options, async (application) => {
      // One that can't be opened is something to find out about, too.
      const file = project === undefined ? undefined : path.resolve(project)
      const refused =
        file === undefined
          ? undefined
          : await application.open(file, { readOnly: true }).then(
              () => undefined,
              (error: unknown) => ({ file, error }),
            )
      const { findings, text } = await examine(application, { refused })
      const failed = findings.some(({ state }) => state === 'problem')
      return { lines: text.split('\n'), json: { findings }, failed }
    }),
  )
}
