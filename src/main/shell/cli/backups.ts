import path from 'node:path'
import type { Command } from 'commander'
import type { Backup } from '../../../contract/schemas.ts'
import { backupsOf } from '../../app/project/backups.ts'
import { counted } from '../../app/words.ts'
import { UserError } from '../../base/errors.ts'
import { type CommonOptions, run, runOn, withJson } from './run.ts'
import { tableText } from './table.ts'

interface Options extends CommonOptions {
  make?: boolean
}

export function addBackups(program: Command): void {
  const list = program
    .command('backups')
    .description('list the backups of a project, the newest first')
    .argument('<project>', 'the project file')
    .option('--make', 'make one now first')
  withJson(list).action((project: string, options: Options) => {
    const file = path.resolve(project)
    const told = async (name?: string) => {
      const backups = await backupsOf(file)
      const lines = backups.length > 0 ? tableOf(backups) : ['There are no backups yet.']
      return { lines, json: { project: file, backups, ...(name && { made: name }) } }
    }
    if (!options.make) return run(options, () => told())
    return runOn(project, options, async (workspace) => told(await workspace.backups.make()))
  })

  const restore = program
    .command('restore')
    .description('put a backup in the place of a project; what was there becomes a backup first')
    .argument('<project>', 'the project file')
    .argument('<number>', 'the number of the backup (surmise backups)')
  withJson(restore).action((project: string, number: string, options: CommonOptions) =>
    run(options, async (application) => {
      const file = path.resolve(project)
      const backup = (await backupsOf(file)).find((one) => one.number === Number(number))
      if (!backup) {
        throw new UserError(
          'backup-missing',
          `There is no backup ${number} of ${file}.`,
          `See: surmise backups ${file}`,
        )
      }
      await application.restore(backup.name, file)
      const kept = (await backupsOf(file)).find(({ reason }) => reason === 'restore' || reason === 'damaged')
      const told = kept && kept.number > backup.number ? ` What was there is backup ${kept.number}.` : ''
      return {
        lines: [`Restored backup ${backup.number} of ${moment(backup)}.${told}`],
        json: { project: file, restored: backup, kept: kept ?? null },
      }
    }),
  )
}

const reasons: Record<Backup['reason'], string> = {
  opened: 'opened',
  hourly: 'every hour',
  migration: 'before a new format',
  action: 'before a large change',
  asked: 'by hand',
  restore: 'before restoring',
  rescue: 'rescued',
  damaged: 'damaged, as it was',
}

const moment = ({ at }: Backup): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

function tableOf(backups: readonly Backup[]): string[] {
  const rows = backups.map((backup) => {
    const { number, reason, size, contents } = backup
    const holds = contents
      ? [
          `${contents.present} present, ${contents.absent} absent, ${counted(contents.images, 'image')}`,
          contents.lastAction ?? '',
        ]
      : ['can’t be read', '']
    return [`${number}`, `${moment(backup)} UTC`, reasons[reason], `${(size / 1e6).toFixed(1)} MB`, ...holds]
  })
  return tableText(['number', 'when', 'why', 'size', 'known', 'last action'], rows)
}
