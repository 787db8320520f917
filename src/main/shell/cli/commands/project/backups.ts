import path from 'node:path'
import type { Command } from 'commander'
import type { Backup } from '../../../../../contract/schemas.ts'
import { backupsOf } from '../../../../app/project/backups.ts'
import { UserError } from '../../../../base/errors.ts'
import { type CommonOptions, run, runOn, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { restore as restoring, backups as texts } from '../../texts/project.ts'

interface Options extends CommonOptions {
  make?: boolean
}

export function addBackups(program: Command): void {
  const list = program
    .command('backups')
    .description(texts.description)
    .argument('<project>', common.project)
    .option('--make', texts.make)
  withJson(list).action((project: string, options: Options) => {
    const file = path.resolve(project)
    const listed = async (name?: string) => {
      const backups = await backupsOf(file)
      const lines = backups.length > 0 ? tableOf(backups) : [texts.none]
      return { lines, json: { project: file, backups, ...(name && { made: name }) } }
    }
    if (!options.make) return run(options, () => listed())
    return runOn(project, options, async (workspace) => listed(await workspace.backups.make()))
  })

  const restore = program
    .command('restore')
    .description(restoring.description)
    .argument('<project>', common.project)
    .argument('<number>', restoring.number)
  withJson(restore).action((project: string, number: string, options: CommonOptions) =>
    run(options, async (application) => {
      const file = path.resolve(project)
      const backup = (await backupsOf(file)).find((one) => one.number === Number(number))
      if (!backup) throw new UserError('backup-missing', ...restoring.missing(number, file))
      await application.restore(backup.name, file)
      const kept = (await backupsOf(file)).find(({ reason }) => reason === 'restore' || reason === 'damaged')
      const keptAs = kept && kept.number > backup.number ? kept.number : null
      return {
        lines: [restoring.done(backup.number, moment(backup), keptAs)],
        json: { project: file, restored: backup, kept: kept ?? null },
      }
    }),
  )
}

const moment = ({ at }: Backup): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

function tableOf(backups: readonly Backup[]): string[] {
  const rows = backups.map((backup) => {
    const { number, reason, size, contents } = backup
    const holds = contents
      ? [texts.contents(contents.present, contents.absent, contents.images), contents.lastAction ?? '']
      : [texts.unreadable, '']
    return [`${number}`, texts.when(moment(backup)), texts.reasons[reason], common.megabytes(size), ...holds]
  })
  return tableText(texts.columns, rows)
}
