import { type FormEvent, useId, useState } from 'react'
import type { MergeReport } from '../../contract/schemas.ts'
import { action } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../project/PathPicker.tsx'
import { parentOf } from '../project/paths.ts'
import { useLatestJob, useProject } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field } from '../ui/Field.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { isNothing, MergeReportPane } from './MergeReportPane.tsx'
import { StepFoot } from './StepFoot.tsx'

const words = texts.merging

/** Three steps: choose a copy, preview the merge, see the result. */
export function MergeDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const [path, setPath] = useState('')
  const [plan, setPlan] = useState<MergeReport | null>(null)
  const [report, setReport] = useState<MergeReport | null>(null)
  const { busy, error, setError, run } = useAction()
  const job = useLatestJob('import')

  const look = (file: string) =>
    run(async () => {
      setPath(file)
      setPlan(await client.exchange.mergePreview({ path: file.trim() }))
    })
  const merge = () => run(async () => setReport(await client.exchange.merge({ path: path.trim() })))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void (plan ? merge() : look(path))
  }
  const back = () => {
    setPlan(null)
    setError(null)
  }

  if (report) return <Merged report={report} onClose={onClose} />
  return (
    // Each step remounts, so that focus starts at its first control.
    <Modal
      key={plan ? 'plan' : 'file'}
      title={words.title}
      onClose={onClose}
      keepsOpen
      foot={
        <StepFoot
          formId={formId}
          title={plan ? words.merge : words.look}
          back={plan ? { title: words.otherFile, onClick: back } : undefined}
          busy={busy}
          disabled={plan ? isNothing(plan) : !path.trim()}
          onClose={onClose}
        />
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        {plan ? (
          <MergeReportPane report={plan} />
        ) : (
          <Field label={words.file} hint={words.hint}>
            {(ids) => (
              <PathPicker
                {...ids}
                kind="open-file"
                title={words.file}
                extensions={['surmise']}
                startFolder={project ? parentOf(project.path) : null}
                value={path}
                onChange={setPath}
                onPick={(file) => void look(file)}
              />
            )}
          </Field>
        )}
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <ErrorLine error={error} />}
      </form>
    </Modal>
  )
}

function Merged({ report, onClose }: { report: MergeReport; onClose: () => void }) {
  const openDisputes = () => {
    onClose()
    action('disputed').run()
  }
  return (
    <Modal
      title={words.done}
      onClose={onClose}
      foot={
        <>
          {report.disputed > 0 && <Button onClick={openDisputes}>{words.openDisputes}</Button>}
          <Button kind="primary" data-first-focus onClick={onClose}>
            {texts.common.done}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="m-0">{words.doneHint}</p>
        <MergeReportPane report={report} />
      </div>
    </Modal>
  )
}
