import { type FormEvent, useId, useState } from 'react'
import type { ErrorReport, ProjectSummary, Settings } from '../../preload/schemas.ts'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../start/PathPicker.tsx'
import { useProject } from '../state/queries.ts'
import { remember, type Theme, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts.ts'
import { ModelList } from '../training/ModelList.tsx'
import { Button } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { DeviceField } from './DeviceField.tsx'
import { NormalisationQuestion } from './NormalisationQuestion.tsx'

const viewChoices = ['none', 'flip', 'crops', 'flip+crops'] as const
const themes: readonly Theme[] = ['system', 'light', 'dark']

/** How it looks, at once; what a project works with, when it is saved. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const { data: project } = useProject()
  const theme = useUi((state) => state.theme)
  const { busy, error, run } = useAction()
  const writable = project && !project.readOnly

  return (
    <Modal
      title={texts.settings.title}
      onClose={onClose}
      foot={
        writable ? (
          <>
            <Button onClick={onClose}>{texts.common.cancel}</Button>
            <Button kind="primary" type="submit" form={formId} disabled={busy}>
              {texts.common.save}
            </Button>
          </>
        ) : (
          <Button kind="primary" onClick={onClose}>
            {texts.common.done}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-5">
        <Choice
          legend={texts.settings.theme}
          inLine
          value={theme}
          options={themes.map((value) => ({ value, label: texts.settings.themes[value] }))}
          onChange={(value) => {
            ui.set({ theme: value })
            remember('theme', value)
          }}
        />
        {project && (
          <ProjectSettings
            key={project.uuid}
            formId={formId}
            project={project}
            error={error}
            onSave={(settings) =>
              void run(async () => {
                await client.project.configure(settings)
                onClose()
              })
            }
          />
        )}
        {project && <ModelList readOnly={project.readOnly} />}
        {error && <ErrorLine error={error} />}
      </div>
    </Modal>
  )
}

function ProjectSettings({
  formId,
  project,
  error,
  onSave,
}: {
  formId: string
  project: ProjectSummary
  error: ErrorReport | null
  onSave: (settings: Pick<Settings, 'annotator' | 'backbone' | 'views' | 'device'>) => void
}) {
  const { settings, readOnly } = project
  const [annotator, setAnnotator] = useState(settings.annotator ?? '')
  const [backbone, setBackbone] = useState(settings.backbone ?? '')
  const [views, setViews] = useState(settings.views)
  const [device, setDevice] = useState(settings.device)
  const looksAnew = backbone.trim() !== (settings.backbone ?? '')

  const save = (event: FormEvent) => {
    event.preventDefault()
    onSave({ annotator: annotator.trim() || null, backbone: backbone.trim() || null, views, device })
  }

  return (
    <form id={formId} onSubmit={save} className="flex flex-col gap-4 border-t border-line pt-4">
      <h3 className="m-0 truncate text-[13px] font-medium text-muted">
        {texts.settings.project}: {project.name}
      </h3>
      {readOnly && <p className="m-0">{texts.settings.readOnly}</p>}
      <Field label={texts.settings.annotator} hint={texts.settings.annotatorHint}>
        {(ids) => (
          <Input
            {...ids}
            autoComplete="name"
            disabled={readOnly}
            value={annotator}
            onChange={(event) => setAnnotator(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={texts.settings.backbone}
        hint={looksAnew ? texts.settings.nextTraining : texts.settings.backboneHint}
      >
        {(ids) => (
          <PathPicker
            {...ids}
            kind="open-file"
            title={texts.settings.backbone}
            extensions={['onnx']}
            disabled={readOnly}
            value={backbone}
            onChange={setBackbone}
          />
        )}
      </Field>
      <NormalisationQuestion error={error} backbone={backbone} onChange={setBackbone} />
      <Button className="self-start" onClick={() => ui.set({ dialog: 'backbones' })}>
        {texts.backbones.open}
      </Button>
      <div>
        <Choice
          legend={texts.settings.views}
          value={views}
          disabled={readOnly}
          options={viewChoices.map((value) => ({ value, ...texts.settings.viewChoices[value] }))}
          onChange={setViews}
        />
        <p role="status" className="m-0 text-[13px] text-muted">
          {views !== settings.views && texts.settings.nextViews}
        </p>
      </div>
      <DeviceField value={device} disabled={readOnly} onChange={setDevice} />
    </form>
  )
}
