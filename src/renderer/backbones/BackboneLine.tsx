import { useQueryClient } from '@tanstack/react-query'
import { Check, Gauge, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { BackboneRow, BackbonesPage } from '../../contract/backbones.ts'
import { client } from '../bridge/client.ts'
import { keys, useLatestJob } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { useAction } from '../ui/useAction.ts'
import { plainOf, secondsFor } from './costs.ts'
import { useRunning } from './queries.ts'

const t = texts.backbones
const deviceTitles: Record<string, string> = texts.settings.devices

/** One backbone: its facts, its speed and accuracy here, and its buttons. */
export function BackboneLine({
  row,
  project,
  writable,
}: {
  row: BackboneRow
  project: BackbonesPage['project']
  writable: boolean
}) {
  const queries = useQueryClient()
  const { busy, error, run } = useAction()
  const [removing, setRemoving] = useState(false)
  const fetching = useRunning('fetch')
  const atWork = useRunning('try', 'train')
  const isFetched = fetching?.title === t.fetchJob(row.title)
  const isUsed = project !== null && plainOf(project.specification) === row.specification
  const act = (work: () => Promise<unknown>) => () =>
    void run(async () => {
      await work()
      await queries.invalidateQueries({ queryKey: keys.backbones })
    })
  const name = row.specification
  return (
    <li
      aria-current={isUsed || undefined}
      aria-label={row.title}
      className={`flex flex-col gap-2 border-b border-line px-4 py-3 last:border-b-0 ${isUsed ? 'bg-accent-soft first:rounded-t-lg last:rounded-b-lg' : ''}`}
    >
      <div className="flex items-start gap-4">
        <div className="flex min-w-0 flex-1 flex-col gap-0.5">
          <h3 className="m-0 flex items-center gap-2 text-sm font-semibold">
            <span className="truncate">{row.title}</span>
            {isUsed && (
              <span className="flex shrink-0 items-center gap-1 text-[13px] font-normal text-present">
                <Check size={13} strokeWidth={3} aria-hidden /> {t.inUse}
              </span>
            )}
          </h3>
          <p className="m-0 wrap-anywhere">{row.goodAt}</p>
          <p className="m-0 text-[13px] text-muted tabular-nums">{factsOf(row, project).join(' · ')}</p>
          {!row.there && row.unverified.length > 0 && (
            <p className="m-0 text-[13px] text-muted">{t.unverified(row.unverified)}</p>
          )}
        </div>
        <div className="flex shrink-0 items-center gap-1">
          {row.there && row.kind === 'to-fetch' && !isUsed && (
            <IconButton label={t.remove(row.title)} disabled={busy} onClick={() => setRemoving(true)}>
              <Trash2 size={15} aria-hidden />
            </IconButton>
          )}
          {row.there && project && (
            <Button
              kind="quiet"
              aria-label={t.measure(row.title)}
              title={t.measure(row.title)}
              disabled={busy || atWork !== undefined || project.images === 0}
              onClick={act(() => client.backbones.measure({ specification: name }))}
            >
              <Gauge size={15} aria-hidden /> {!row.speed && t.measureShort}
            </Button>
          )}
          {row.there && row.text === 'to-fetch' && (
            <Button
              disabled={busy || fetching !== undefined}
              aria-label={t.fetchTextNamed(row.title)}
              onClick={act(() => client.backbones.fetch({ name, withText: true }))}
            >
              {t.fetchText}
            </Button>
          )}
          {row.there && !isUsed && project && (
            <Button
              disabled={busy || !writable}
              aria-label={t.takeNamed(row.title)}
              onClick={act(() => client.project.configure({ backbone: name }))}
            >
              {t.use}
            </Button>
          )}
          {!row.there && row.kind === 'to-fetch' && !isFetched && (
            <Button
              disabled={busy || fetching !== undefined}
              aria-label={row.begun > 0 ? t.goOnNamed(row.begun / row.bytes, row.title) : t.fetchNamed(row.title)}
              onClick={act(() => client.backbones.fetch({ name }))}
            >
              {row.begun > 0 ? t.goOn(row.begun / row.bytes) : t.fetch}
            </Button>
          )}
        </div>
      </div>
      {isFetched && fetching && <JobLine job={fetching} />}
      {removing && (
        <div role="alert" className="flex items-center gap-2">
          <p className="m-0 min-w-0 flex-1">{t.removeAsk(row.title)}</p>
          <Button onClick={() => setRemoving(false)}>{texts.common.cancel}</Button>
          <Button
            kind="danger"
            disabled={busy}
            onClick={act(async () => {
              await client.backbones.remove({ name })
              setRemoving(false)
            })}
          >
            {texts.common.remove}
          </Button>
        </div>
      )}
      {error && <ErrorLine error={error} />}
      <LastFailure title={t.fetchJob(row.title)} />
    </li>
  )
}

/** Why its last download failed. */
function LastFailure({ title }: { title: string }) {
  const last = useLatestJob('fetch')
  return last?.title === title && last.state === 'failed' && last.error ? <ErrorLine error={last.error} /> : null
}

function factsOf(row: BackboneRow, project: BackbonesPage['project']): string[] {
  const { kind, bytes, exact, licence, speed, mAP, host, there } = row
  const seconds = project && secondsFor(row, project)
  return [
    kind === 'built-in' ? t.builtIn : t.size(bytes, exact),
    licence,
    !there && host ? t.from(host) : '',
    speed ? t.speed(speed.perSecond, deviceTitles[speed.device] ?? speed.device) : '',
    seconds ? t.takes(seconds) : '',
    mAP === null ? '' : t.mAP(mAP),
  ].filter(Boolean)
}
