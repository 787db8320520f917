import { Menu } from '@base-ui/react/menu'
import { CloudAlert, CloudCheck, CloudOff, LoaderCircle, Lock, Menu as MenuIcon, Redo2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { ProjectSummary } from '../../contract/schemas.ts'
import { ActionEntry } from '../actions/ActionEntry.tsx'
import { action, withKeyOf } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import { useLatestJob, useNames } from '../state/queries.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { FineTuneButton } from '../training/FineTuneButton.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { menuFrame, menuLine } from '../ui/menu.ts'
import { Name } from '../ui/Name.tsx'
import { useAction } from '../ui/useAction.ts'

export function TopBar({ project }: { project: ProjectSummary }) {
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-2">
      <ProjectMenu />
      <h1 className="m-0 max-w-96 min-w-0 text-[15px] font-semibold">
        <Name title={project.path}>{project.name}</Name>
      </h1>
      {project.readOnly ? <ReadOnly path={project.path} /> : <SavedState />}
      <BackgroundJob />
      <span className="flex-1" />
      <IconButton
        label={withKeyOf(texts.history.undo(project.undoTitle), 'undo')}
        whyNot={action('undo').whyNot()}
        onClick={action('undo').run}
      >
        <Undo2 size={16} aria-hidden />
      </IconButton>
      <IconButton
        label={withKeyOf(texts.history.redo(project.redoTitle), 'redo')}
        whyNot={action('redo').whyNot()}
        onClick={action('redo').run}
      >
        <Redo2 size={16} aria-hidden />
      </IconButton>
      <FineTuneButton />
    </header>
  )
}

/** The project may no longer be open elsewhere. */
function ReadOnly({ path }: { path: string }) {
  const { busy, run, error } = useAction()
  const open = () => run(async () => void (await client.project.open({ path })))
  return (
    <>
      <span role="status" className="flex items-center gap-1.5 pl-1 text-[13px] text-suggested">
        <Lock size={14} aria-hidden /> {texts.workbench.readOnly}
      </span>
      <Button kind="quiet" disabled={busy} onClick={() => void open()}>
        {texts.workbench.openForWriting}
      </Button>
      {error && (
        <span role="alert" className="min-w-0 truncate text-[13px] text-absent" title={error.hint}>
          {error.message}
        </span>
      )}
    </>
  )
}

/** Never says "saved" while a mark is being saved, or after one failed. */
function SavedState() {
  const saving = useUi((state) => state.saving)
  const failed = useUi((state) => state.saveFailed)
  const unsaved = useUi((state) => state.unsaved)
  const [Icon, text, colour] =
    unsaved > 0
      ? ([CloudOff, texts.saved.waiting(unsaved), 'text-suggested'] as const)
      : failed
        ? ([CloudAlert, texts.saved.failed, 'text-absent'] as const)
        : saving > 0
          ? ([LoaderCircle, texts.saved.saving, 'text-muted'] as const)
          : ([CloudCheck, texts.saved.saved, 'text-muted'] as const)
  return (
    <span role="status" className={`flex items-center gap-1.5 pl-1 text-[13px] ${colour}`}>
      <Icon size={14} aria-hidden /> {text}
    </span>
  )
}

/** A scan, an import or an export in progress. */
function BackgroundJob() {
  const scan = useLatestJob('scan')
  const exporting = useLatestJob('export')
  const importing = useLatestJob('import')
  const job = [scan, exporting, importing].find((one) => one?.state === 'running')
  if (!job) return null
  return (
    <span className="flex items-center gap-2 pl-2 text-[13px] text-muted">
      <span>{job.phase || job.title}</span>
      <span
        role="progressbar"
        aria-label={job.title}
        aria-valuenow={job.fraction === null ? undefined : Math.round(job.fraction * 100)}
        className="h-1.5 w-24 overflow-hidden rounded-full bg-sunken"
      >
        <span className="block h-full bg-accent" style={{ width: `${(job.fraction ?? 0) * 100}%` }} />
      </span>
    </span>
  )
}

function ProjectMenu() {
  // Inside the bar, for screen reader users who navigate by landmarks.
  const [place, setPlace] = useState<HTMLSpanElement | null>(null)
  const names = useNames()
  const entry = (id: string, title?: string) => <ActionEntry id={id} title={title} />
  return (
    <Menu.Root>
      <Menu.Trigger
        render={
          <IconButton label={texts.workbench.menu} data-tour="menu">
            {<MenuIcon size={16} aria-hidden />}
          </IconButton>
        }
      />
      <span ref={setPlace} />
      <Menu.Portal container={place}>
        <Menu.Positioner align="start" sideOffset={6} className="z-40">
          <Menu.Popup className={menuFrame}>
            {entry('export', texts.exchange.export)}
            {entry('import', texts.exchange.import)}
            {entry('merge', texts.merging.open)}
            <Menu.Separator className={menuLine} />
            {entry('rescan')}
            {entry('locate')}
            <Menu.Separator className={menuLine} />
            {names !== null && entry('suggest-from-names')}
            {entry('bulk', texts.bulk.open)}
            {entry('history', texts.historyList.open)}
            {entry('backups', texts.backups.open)}
            {entry('progress', texts.progress.open)}
            <Menu.Separator className={menuLine} />
            {entry('models')}
            {entry('settings')}
            {entry('keys')}
            {entry('tour')}
            <Menu.Separator className={menuLine} />
            {entry('palette', texts.palette.open)}
            {entry('close')}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
