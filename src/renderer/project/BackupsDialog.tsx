import { useQuery } from '@tanstack/react-query'
import { Archive as ArchiveIcon, ArchiveRestore } from 'lucide-react'
import { useState } from 'react'
import type { Backup } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { queryClient, useProject } from '../state/queries.ts'
import { givenNow, notify, resetView } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { Note } from '../ui/Note.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { useAction } from '../ui/useAction.ts'

const words = texts.backups
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Lists and restores backups of the open project, or of a project file that can no longer be opened. */
export function BackupsDialog({ onClose }: { onClose: () => void }) {
  const [path] = useState(() => givenNow()?.path ?? undefined)
  const { data: project } = useProject()
  const { busy, error, run } = useAction()
  const [chosen, setChosen] = useState<Backup | null>(null)
  const queryKey = ['backups', path ?? project?.path]
  const { data: backups } = useQuery({
    queryKey,
    queryFn: () => client.backups.list({ path }),
    staleTime: 0,
    gcTime: 0,
  })
  const canWrite = path !== undefined || project?.readOnly === false
  const make = () =>
    run(async () => {
      await client.backups.make()
      await queryClient.invalidateQueries({ queryKey })
    })
  const restore = ({ name, at }: Backup) =>
    run(async () => {
      await client.backups.restore({ name, path })
      // The open image may not be in the backup.
      resetView()
      notify('info', { message: words.restored(moment.format(at)), hint: words.restoredHint })
    })

  return (
    <Modal
      title={words.title}
      width="wide"
      onClose={onClose}
      foot={
        chosen ? (
          <>
            <span className="min-w-0 flex-1">{words.ask(moment.format(chosen.at))}</span>
            <Button disabled={busy} onClick={() => setChosen(null)}>
              {texts.common.cancel}
            </Button>
            <Button kind="primary" disabled={busy} onClick={() => void restore(chosen)}>
              {words.restoreNow}
            </Button>
          </>
        ) : (
          path === undefined && (
            <Button disabled={busy || !canWrite} onClick={() => void make()}>
              <ArchiveIcon size={14} aria-hidden /> {words.make}
            </Button>
          )
        )
      }
    >
      <div className="flex flex-col gap-3">
        <p className="m-0 text-muted">{words.hint}</p>
        {!canWrite && <Note>{texts.settings.readOnly}</Note>}
        {error && <ErrorLine error={error} />}
        {backups?.length === 0 && <p className="m-0">{words.none}</p>}
        {backups && backups.length > 0 && (
          <ScrollRegion label={words.list} className="max-h-[56vh] rounded-lg border border-line">
            <ul className="m-0 list-none p-0">
              {backups.map((backup) => (
                <Line
                  key={backup.name}
                  backup={backup}
                  isChosen={backup.name === chosen?.name}
                  disabled={busy || !canWrite}
                  onChoose={() => setChosen(backup)}
                />
              ))}
            </ul>
          </ScrollRegion>
        )}
      </div>
    </Modal>
  )
}

function Line({
  backup,
  isChosen,
  disabled,
  onChoose,
}: {
  backup: Backup
  isChosen: boolean
  disabled: boolean
  onChoose: () => void
}) {
  const { at, reason, size, contents } = backup
  const when = moment.format(at)
  return (
    <li
      aria-current={isChosen || undefined}
      className={`flex min-h-14 items-center gap-3 border-b border-line px-3 py-1.5 last:border-b-0 ${isChosen ? 'bg-accent-soft' : ''}`}
    >
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex items-baseline gap-2">
          <span className="tabular-nums">{when}</span>
          <span className="truncate text-[13px] text-muted">{words.reasons[reason]}</span>
        </span>
        <span className="truncate text-[13px] text-muted tabular-nums">
          {contents ? words.holds(contents) : words.unreadable}
          {contents?.lastAction && (
            <>
              {' · '}
              <bdi>{contents.lastAction}</bdi>
            </>
          )}
        </span>
      </span>
      <span className="shrink-0 text-[13px] text-muted tabular-nums">{words.size(size)}</span>
      <Button disabled={disabled || !contents} onClick={onChoose} aria-label={words.restoreTitle(when)}>
        <ArchiveRestore size={14} aria-hidden /> {words.restore}
      </Button>
    </li>
  )
}
