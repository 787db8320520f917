import path from 'node:path'
import type { Command } from 'commander'
import { examine, repair } from '../../../../app/doctor/doctor.ts'
import { UserError } from '../../../../base/errors.ts'
import { type CommonOptions, run, withJson } from '../../run.ts'
import { doctor as texts } from '../../texts/measuring.ts'

interface Options extends CommonOptions {
  repair?: boolean
}

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description(texts.description)
    .argument('[project]', texts.project)
    .option('--repair', texts.repair)
  withJson(command).action((project: string | undefined, options: Options) =>
    run(options, async (application) => {
      // A project that can't be opened is itself a finding.
      const file = project === undefined ? undefined : path.resolve(project)
      const repaired = options.repair ? repair(requireNamed(file)) : undefined
      const refused =
        file === undefined
          ? undefined
          : await application.open(file, { readOnly: true }).then(
              () => undefined,
              (error: unknown) => ({ file, error }),
            )
      const { findings, text } = await examine(application, { refused })
      const failed = findings.some(({ state }) => state === 'problem')
      const repairLines = repaired ? [repairText(repaired), ''] : []
      const json = { findings, ...(repaired && { mended: repaired.mended, keptAs: repaired.keptAs }) }
      return { lines: [...repairLines, ...text.split('\n')], json, failed }
    }),
  )
}

function requireNamed(file: string | undefined): string {
  if (file !== undefined) return file
  throw new UserError('repair', ...texts.nothingToRepair)
}

function repairText({ mended, keptAs }: ReturnType<typeof repair>): string {
  return keptAs === null ? texts.sound : texts.mended(mended, keptAs)
}
