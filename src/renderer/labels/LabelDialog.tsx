import { type FormEvent, useId, useState } from 'react'
import type { Label } from '../../contract/schemas.ts'
import { actions, keyName, keysOfLabels } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import { useLabels } from '../state/queries.ts'
import { notify } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input, inputStyle } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { ColourField } from './ColourField.tsx'
import { LabelChanges } from './LabelChanges.tsx'
import { LabelExamples } from './LabelExamples.tsx'
import { LabelRelations } from './LabelRelations.tsx'

const blank = {
  ...{ name: '', colour: null as string | null, key: '', description: '', examples: [] as number[] },
  ...{ parentId: null as number | null, group: '', exclusive: false },
}

/** @param label null for a new one */
export function LabelDialog({ label, onClose }: { label: Label | null; onClose: () => void }) {
  const formId = useId()
  const nameId = useId()
  const [form, setForm] = useState(label ? { ...label, key: label.key ?? '' } : blank)
  const { busy, error, run } = useAction()
  const labels = useLabels()
  const assigned = keysOfLabels(labels).get(label?.id ?? 0)
  const change = (patch: Partial<typeof blank>) => setForm((before) => ({ ...before, ...patch }))

  const taken = form.key === '' ? undefined : actions.find(({ keys }) => keys.includes(form.key))
  const incomplete = busy || form.name.trim() === '' || taken !== undefined
  const fields = () => ({
    name: form.name,
    colour: form.colour ?? undefined,
    key: form.key || null,
    description: form.description.trim(),
    ...{ parentId: form.parentId, group: form.group.trim(), exclusive: form.exclusive },
  })
  const save = (then: () => void) =>
    run(async () => {
      if (!label) await client.labels.add(fields())
      else {
        const { filled } = await client.labels.update({
          id: label.id,
          patch: { ...fields(), examples: form.examples },
        })
        if (filled > 0) notify('info', { message: texts.labels.filled(filled) })
      }
      then()
    })
  const another = () => {
    setForm(blank)
    document.getElementById(nameId)?.focus()
  }

  return (
    <Modal
      title={label ? texts.labels.editTitle : texts.labels.newTitle}
      width="narrow"
      keepsOpen
      onClose={onClose}
      foot={
        <>
          {!label && (
            <Button className="mr-auto" disabled={incomplete} onClick={() => void save(another)}>
              {texts.labels.another}
            </Button>
          )}
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={incomplete}>
            {label ? texts.common.save : texts.common.add}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className="flex flex-col gap-4"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void save(onClose)
        }}
      >
        <div className="flex flex-col gap-1">
          <label htmlFor={nameId} className="font-medium">
            {texts.labels.name}
          </label>
          <Input
            id={nameId}
            dir="auto"
            autoComplete="off"
            value={form.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        </div>
        <ColourField value={form.colour} onChange={(colour) => change({ colour })} />
        <Field label={texts.labels.key} hint={taken ? texts.labels.keyIsAction(taken.title) : texts.labels.keyHint}>
          {(ids) => (
            <Input
              {...ids}
              className="w-14! text-center"
              autoComplete="off"
              spellCheck={false}
              placeholder={assigned && keyName(assigned)}
              value={form.key.toUpperCase()}
              // A typed character replaces the previous one.
              onChange={(event) => change({ key: [...event.target.value.trim().toLowerCase()].at(-1) ?? '' })}
            />
          )}
        </Field>
        <Field label={texts.labels.description}>
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              dir="auto"
              className={`${inputStyle} h-auto resize-y py-1.5 leading-5`}
              value={form.description}
              onChange={(event) => change({ description: event.target.value })}
            />
          )}
        </Field>
        <LabelRelations labels={labels} label={label} value={form} onChange={change} />
        {label && <LabelExamples ids={form.examples} onChange={(examples) => change({ examples })} />}
      </form>
      <div className="mt-4 flex flex-col gap-4">
        {error && <ErrorLine error={error} />}
        {label && <LabelChanges label={label} labels={labels} busy={busy} run={run} />}
      </div>
    </Modal>
  )
}
