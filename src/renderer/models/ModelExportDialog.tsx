import { type FormEvent, useId, useState } from 'react'
import type { ModelExport, ModelExported } from '../../contract/models.ts'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../start/PathPicker.tsx'
import { joinPath, parentOf } from '../start/paths.ts'
import { useLatestJob, useModels, useProject } from '../state/queries.ts'
import { modelVersion } from '../state/screen.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { Field } from '../ui/Field.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { TargetError } from '../ui/TargetError.tsx'
import { useWriting } from '../ui/useWriting.ts'

const t = texts.models
const layouts = ['onnx', 'triton'] as const
const precisions = ['float32', 'float16', 'int8'] as const

/** The model for other programs: the one that is looked at, or else the one that suggests. */
export function ModelExportDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const models = useModels()
  const chosen = useUi((state) => modelVersion(state.screen))
  const model = models.find(({ id, usable }) => id === chosen && usable) ?? models.find(({ current }) => current)
  const [layout, setLayout] = useState<ModelExport['layout']>('onnx')
  const [scope, setScope] = useState<'image' | 'features'>('image')
  const [precision, setPrecision] = useState<ModelExport['precision']>('float32')
  /** Null until a person says otherwise: it follows the layout. */
  const [chosenPath, setChosenPath] = useState<string | null>(null)
  const [written, setWritten] = useState<ModelExported | null>(null)
  const job = useLatestJob('export')

  const name = (project?.name ?? '').replace(/[\\/:*?"<>|]/g, '-')
  const ending = layout === 'onnx' ? '.onnx' : ' models'
  const path = chosenPath ?? (project ? joinPath(parentOf(project.path) ?? '', `${name}${ending}`) : '')
  const { busy, error, asks, write: begin } = useWriting(path)

  const write = (overwrite: boolean) => {
    if (!model) return
    const how = { layout, withBackbone: scope === 'image', precision, overwrite }
    begin(async () => setWritten(await client.models.export({ id: model.id, path: path.trim(), ...how })))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    write(false)
  }

  if (written) return <Written written={written} onClose={onClose} />
  return (
    <Modal
      title={t.exportTitle}
      onClose={onClose}
      keepsOpen
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !model || !path.trim()}>
            {texts.exchange.write}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <Choice
          legend={t.exportWhat}
          value={layout}
          options={layouts.map((value) => ({ value, label: t.layouts[value] }))}
          onChange={(value) => {
            setLayout(value)
            setChosenPath(null)
          }}
        />
        <Field label={texts.exchange.place} hint={t.layoutHints[layout]}>
          {(ids) => (
            <PathPicker
              {...ids}
              kind={layout === 'onnx' ? 'save-file' : 'folder'}
              title={texts.exchange.place}
              extensions={layout === 'onnx' ? ['onnx'] : undefined}
              value={path}
              onChange={setChosenPath}
            />
          )}
        </Field>
        <Choice
          legend={t.exportScope}
          value={scope}
          options={(['image', 'features'] as const).map((value) => ({ value, label: t.scopes[value] }))}
          onChange={setScope}
        />
        <div>
          <Choice
            legend={t.weights}
            value={precision}
            options={precisions.map((value) => ({ value, label: t.weightsAs[value] }))}
            onChange={setPrecision}
          />
          <p className="m-0 mt-1 text-[13px] text-muted">{t.weightsHint}</p>
        </div>
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <TargetError {...{ error, asks, busy }} onReplace={() => write(true)} />}
      </form>
    </Modal>
  )
}

function Written({ written: { files, bytes, summary }, onClose }: { written: ModelExported; onClose: () => void }) {
  return (
    <Modal
      title={t.exportedTitle}
      onClose={onClose}
      foot={
        <Button kind="primary" data-first-focus onClick={onClose}>
          {texts.common.done}
        </Button>
      }
    >
      <div role="status" className="flex flex-col gap-3">
        <p className="m-0">{t.exportedSize(bytes)}</p>
        {summary.map((sentence) => (
          <p key={sentence} className="m-0">
            {sentence}
          </p>
        ))}
        <ul aria-label={texts.exchange.files} className="m-0 list-none rounded-md bg-sunken px-3 py-2">
          {files.map((file) => (
            <li key={file} className="break-all select-all">
              {file}
            </li>
          ))}
        </ul>
      </div>
    </Modal>
  )
}
