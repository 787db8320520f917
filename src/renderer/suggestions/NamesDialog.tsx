import { type FormEvent, useId, useState } from 'react'
import { client } from '../bridge/client.ts'
import { useNames } from '../state/queries.ts'
import { ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'

const t = texts.names

/** Starts suggesting from label names, before the first mark. */
export function NamesDialog({ onClose }: { onClose: () => void }) {
  const formId = useId()
  const known = useNames()
  const [typed, setTyped] = useState<string | null>(null)
  const { busy, error, run } = useAction()
  const template = typed ?? known ?? ''
  const isWhole = template.includes('{label}')

  const start = (event: FormEvent) => {
    event.preventDefault()
    void run(async () => {
      await client.training.suggestFromNames({ template: template.trim() })
      ui.set({ dialog: null, trainingPanel: true })
    })
  }

  return (
    <Modal
      title={t.title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={busy || !isWhole}>
            {t.start}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={start} className="flex flex-col gap-4">
        <p className="m-0">{t.what}</p>
        <Field label={t.template} hint={isWhole || template === '' ? t.templateHint : t.templateWrong}>
          {(ids) => <Input {...ids} dir="auto" value={template} onChange={({ target }) => setTyped(target.value)} />}
        </Field>
        {error && <ErrorLine error={error} />}
      </form>
    </Modal>
  )
}
