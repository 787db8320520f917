import { useInfiniteQuery } from '@tanstack/react-query'
import { CornerDownRight, Redo2, Undo2 } from 'lucide-react'
import type { Action as Done } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { goTo } from '../state/marks.ts'
import { queryClient, useProject } from '../state/queries.ts'
import { grid } from '../state/screen.ts'
import { showScreen, ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { useAction } from '../ui/useAction.ts'

const words = texts.historyList
const pageSize = 100
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** All actions, latest first; undoes or redoes to any point. */
export function HistoryDialog({ onClose }: { onClose: () => void }) {
  const { data: project } = useProject()
  const { busy, error, run } = useAction()
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    // Every action, undo and redo changes these.
    queryKey: ['history', project?.uuid, project?.undoTitle, project?.redoTitle],
    queryFn: ({ pageParam }) => client.history.list({ limit: pageSize, before: pageParam, kind: 'do' }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page: Done[]) => (page.length === pageSize ? page.at(-1)?.id : undefined),
    gcTime: 0,
  })
  const actions = data?.pages.flat() ?? []
  const latest = actions.find(({ undone }) => !undone)?.id
  const go = (id: number) =>
    run(async () => {
      await goTo(id)
      await refetch()
      await queryClient.invalidateQueries({ queryKey: ['ids'] })
    })
  const see = (id: number): void => {
    showScreen(grid)
    ui.set({ filter: { action: id }, cursor: 0, selection: new Set() })
    onClose()
  }

  return (
    <Modal title={words.title} width="wide" onClose={onClose}>
      {error && <ErrorLine error={error} />}
      {data && actions.length === 0 && <p className="m-0 text-muted">{words.empty}</p>}
      {actions.length > 0 && (
        <ScrollRegion label={words.list} className="max-h-[60vh] rounded-lg border border-line">
          <ol className="m-0 list-none p-0">
            {actions.map((action) => (
              <Line
                key={action.id}
                action={action}
                isLatest={action.id === latest}
                disabled={busy || project?.readOnly === true}
                onGo={() => void go(action.id)}
                onSee={() => see(action.id)}
              />
            ))}
          </ol>
          {hasNextPage && (
            <div className="flex justify-center p-2">
              <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                {words.more}
              </Button>
            </div>
          )}
        </ScrollRegion>
      )}
    </Modal>
  )
}

function Line({
  action,
  isLatest,
  disabled,
  onGo,
  onSee,
}: {
  action: Done
  isLatest: boolean
  disabled: boolean
  onGo: () => void
  onSee: () => void
}) {
  const { title, at, stateChanges, source, undone, redoable } = action
  const how = [source && words.by[source], stateChanges > 0 && words.changes(stateChanges)].filter(Boolean).join(', ')
  return (
    <li
      aria-current={isLatest || undefined}
      className={`group flex min-h-12 items-center gap-3 border-b border-line px-3 py-1.5 last:border-b-0 ${isLatest ? 'bg-accent-soft' : ''}`}
    >
      <span className="flex min-w-0 flex-1 flex-col">
        <span className={`truncate ${undone ? 'text-muted line-through' : ''}`} title={title}>
          <bdi>{title}</bdi>
        </span>
        <span className="truncate text-[13px] text-muted tabular-nums">
          {moment.format(at)}
          {how && ` · ${how}`}
          {undone && ` · ${redoable ? words.undone : words.gone}`}
          {isLatest && ` · ${words.here}`}
        </span>
      </span>
      {stateChanges > 0 && (
        <Button kind="quiet" onClick={onSee} title={words.seeTitle(title)}>
          <CornerDownRight size={14} aria-hidden /> {words.see}
        </Button>
      )}
      {!isLatest && (!undone || redoable) && (
        <Button disabled={disabled} onClick={onGo}>
          {undone ? <Redo2 size={14} aria-hidden /> : <Undo2 size={14} aria-hidden />}
          {undone ? words.forth : words.back}
        </Button>
      )}
    </li>
  )
}
