import { type FormEvent, useId, useState } from 'react'
import type { Label } from '../../preload/schemas.ts'
import { actions, keyName, keysOfLabels } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import { withoutLabel } from '../state/filters.ts'
import { useLabels } from '../state/queries.ts'
import { ui } from '../state/ui.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input, inputStyle } from '../ui/Field.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { ColourField } from './ColourField.tsx'

const blank = { name: '', colour: null as string | null, key: '', description: '' }

/** @param label null: a new one */
export function LabelDialog({ label, onClose }: { label: Label | null; onClose: () => void }) {
  const formId = useId()
  const nameId = useId()
  const [form, setForm] = useState(label ? { ...label, key: label.key ?? '' } : blank)
  const { busy, error, run } = useAction()
  const assigned = keysOfLabels(useLabels()).get(label?.id ?? 0)
  const change = (patch: Partial<typeof blank>) => setForm((before) => ({ ...before, ...patch }))

  const taken = form.key === '' ? undefined : actions.find(({ keys }) => keys.includes(form.key))
  const incomplete = busy || form.name.trim() === '' || taken !== undefined
  const fields = () => ({
    name: form.name,
    colour: form.colour ?? undefined,
    key: form.key || null,
    description: form.description.trim(),
  })
  const save = (then: () => void) =>
    run(async () => {
      if (label) await client.labels.update({ id: label.id, patch: fields() })
      else await client.labels.add(fields())
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
              // The last character typed, whatever stood there before.
              onChange={(event) => change({ key: [...event.target.value.trim().toLowerCase()].at(-1) ?? '' })}
            />
          )}
        </Field>
        <Field label={texts.labels.description}>
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              className={`${inputStyle} h-auto resize-y py-1.5 leading-5`}
              value={form.description}
              onChange={(event) => change({ description: event.target.value })}
            />
          )}
        </Field>
        {error && <ErrorLine error={error} />}
        {label && <Removal label={label} busy={busy} onRemove={() => void run(() => remove(label))} />}
      </form>
    </Modal>
  )
}

async function remove(label: Label): Promise<void> {
  await client.labels.remove({ id: label.id })
  // Nothing may be filtered by a label that is gone.
  ui.set(({ filter }) => ({ editedLabel: null, filter: withoutLabel(filter, label.id) }))
}

function Removal({ label, busy, onRemove }: { label: Label; busy: boolean; onRemove: () => void }) {
  const [asked, setAsked] = useState(false)
  const marks = label.presentCount + label.absentCount
  if (!asked) {
    return (
      <Button kind="danger" className="self-start" onClick={() => (marks > 0 ? setAsked(true) : onRemove())}>
        {texts.labels.remove}
      </Button>
    )
  }
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md bg-absent-soft p-3">
      <p className="m-0">
        {texts.labels.removeAsk(label.name)} {texts.labels.removeHint(label.presentCount, label.absentCount)}
      </p>
      <div className="flex gap-2">
        <Button kind="danger" disabled={busy} onClick={onRemove}>
          {texts.labels.remove}
        </Button>
        <Button disabled={busy} onClick={() => setAsked(false)}>
          {texts.common.cancel}
        </Button>
      </div>
    </div>
  )
}
