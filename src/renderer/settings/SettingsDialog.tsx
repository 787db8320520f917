import { type FormEvent, useId, useState } from 'react'
import type { ProjectSummary, Settings } from '../../contract/schemas.ts'
import { plainOf } from '../backbones/costs.ts'
import { useBackbones } from '../backbones/queries.ts'
import { client } from '../bridge/client.ts'
import { useProject } from '../state/queries.ts'
import { remember } from '../state/remembered.ts'
import { openDialog, type Theme, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { ModelList } from '../training/ModelList.tsx'
import { Button } from '../ui/Button.tsx'
import { Choice } from '../ui/Choice.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { DeviceField } from './DeviceField.tsx'

const themes: readonly Theme[] = ['system', 'light', 'dark']

/** Appearance applies at once; project settings apply on save. */
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
  onSave,
}: {
  formId: string
  project: ProjectSummary
  onSave: (settings: Pick<Settings, 'annotator' | 'device'>) => void
}) {
  const { settings, readOnly } = project
  const [annotator, setAnnotator] = useState(settings.annotator ?? '')
  const [device, setDevice] = useState(settings.device)

  const save = (event: FormEvent) => {
    event.preventDefault()
    onSave({ annotator: annotator.trim() || null, device })
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
      <BackboneInUse settings={settings} />
      <DeviceField value={device} disabled={readOnly} onChange={setDevice} />
    </form>
  )
}

/** The backbone in use, with a link to the page where it can be changed. */
function BackboneInUse({ settings }: { settings: Settings }) {
  const { data: page } = useBackbones()
  const specification = page?.project && plainOf(page.project.specification)
  const name = page?.rows.find((row) => row.specification === specification)?.title ?? settings.backbone
  const { label } = texts.settings.viewChoices[settings.views]
  return (
    <div className="flex items-center gap-3">
      <div className="min-w-0 flex-1">
        <h4 className="m-0 text-sm font-medium">{texts.settings.backbone}</h4>
        <p className="m-0 wrap-anywhere text-muted">{name && texts.settings.backboneInUse(name, label)}</p>
      </div>
      <Button className="shrink-0" onClick={() => openDialog('backbones')}>
        {texts.backbones.open}
      </Button>
    </div>
  )
}
