import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { PathPicker } from '../project/PathPicker.tsx'
import { joinPath, parentOf } from '../project/paths.ts'
import { useLatestJob, useProject } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Button } from './Button.tsx'
import { Field } from './Field.tsx'
import { JobLine } from './JobLine.tsx'
import { Modal } from './Modal.tsx'
import { TargetError } from './TargetError.tsx'
import { useWriting } from './useWriting.ts'

/**
 * Where something is written to: beside the project and named after it, until somebody chooses another place.
 * @param ending follows the project's name, and includes the file extension; undefined while it isn't known
 */
export function useTarget(ending: string | undefined) {
  const { data: project } = useProject()
  const [chosen, choose] = useState<string | null>(null)
  const name = `${(project?.name ?? '').replace(/[\\/:*?"<>|]/g, '-')}${ending}`
  const path = chosen ?? (project && ending !== undefined ? joinPath(parentOf(project.path) ?? '', name) : '')
  return { path, choose, ...useWriting(path) }
}

type Target = ReturnType<typeof useTarget>

/** Asks how and where to write something, and shows its progress and errors. */
export function WriteDialog({
  title,
  action,
  target: { path, busy, error, asks },
  isReady = true,
  onWrite,
  onClose,
  children,
}: {
  title: string
  /** The label of the button. */
  action: string
  target: Target
  isReady?: boolean
  onWrite: (overwrite: boolean) => void
  onClose: () => void
  children: ReactNode
}) {
  const formId = useId()
  const job = useLatestJob('export')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onWrite(false)
  }
  return (
    <Modal
      title={title}
      onClose={onClose}
      keepsOpen
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !isReady || !path.trim()}>
            {action}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        {children}
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <TargetError {...{ error, asks, busy }} onReplace={() => onWrite(true)} />}
      </form>
    </Modal>
  )
}

export function TargetField({
  target: { path, choose },
  kind = 'save-file',
  extensions,
  hint,
}: {
  target: Target
  kind?: 'save-file' | 'folder'
  extensions?: readonly string[]
  hint?: string
}) {
  return (
    <Field label={texts.exchange.place} hint={hint}>
      {(ids) => (
        <PathPicker {...ids} {...{ kind, extensions }} title={texts.exchange.place} value={path} onChange={choose} />
      )}
    </Field>
  )
}

/** What was written, and where. */
export function WrittenDialog({
  title,
  files,
  after,
  onClose,
  children,
}: {
  title: string
  files: readonly string[]
  /** Below the files. */
  after?: ReactNode
  onClose: () => void
  children: ReactNode
}) {
  return (
    <Modal
      title={title}
      onClose={onClose}
      foot={
        <Button kind="primary" data-first-focus onClick={onClose}>
          {texts.common.done}
        </Button>
      }
    >
      <div role="status" className="flex flex-col gap-3">
        {children}
        <ul aria-label={texts.exchange.files} className="m-0 list-none rounded-md bg-sunken px-3 py-2">
          {files.map((file) => (
            <li key={file} className="break-all select-all">
              {file}
            </li>
          ))}
        </ul>
        {after}
      </div>
    </Modal>
  )
}
