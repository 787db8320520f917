import { type FormEvent, useId, useState } from 'react'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../start/PathPicker.tsx'
import { joinPath, parentOf } from '../start/paths.ts'
import { useLatestJob, useProject } from '../state/queries.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { TargetError } from '../ui/TargetError.tsx'
import { useWriting } from '../ui/useWriting.ts'

const t = texts.report

/** What is known and how good the model is, as one page for others. */
export function ReportDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const [chosenPath, setChosenPath] = useState<string | null>(null)
  const [written, setWritten] = useState<{ file: string; bytes: number; pictures: number } | null>(null)
  const job = useLatestJob('export')
  const name = `${(project?.name ?? '').replace(/[\\/:*?"<>|]/g, '-')} report.html`
  const path = chosenPath ?? (project ? joinPath(parentOf(project.path) ?? '', name) : '')
  const { busy, error, asks, write: begin } = useWriting(path)

  const write = (overwrite: boolean) => {
    begin(async () => setWritten(await client.exchange.report({ path: path.trim(), overwrite })))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    write(false)
  }

  if (written) {
    return (
      <Modal
        title={t.written}
        onClose={onClose}
        foot={
          <Button kind="primary" data-first-focus onClick={onClose}>
            {texts.common.done}
          </Button>
        }
      >
        <div role="status" className="flex flex-col gap-3">
          <p className="m-0">{t.wrote(written.bytes, written.pictures)}</p>
          <p className="m-0 rounded-md bg-sunken px-3 py-2 break-all select-all">{written.file}</p>
        </div>
      </Modal>
    )
  }
  return (
    <Modal
      title={t.title}
      onClose={onClose}
      keepsOpen
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !path.trim()}>
            {t.write}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <p className="m-0">{t.what}</p>
        <Field label={texts.exchange.place} hint={t.hint}>
          {(ids) => (
            <PathPicker
              {...ids}
              kind="save-file"
              title={texts.exchange.place}
              extensions={['html']}
              value={path}
              onChange={setChosenPath}
            />
          )}
        </Field>
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <TargetError {...{ error, asks, busy }} onReplace={() => write(true)} />}
      </form>
    </Modal>
  )
}
