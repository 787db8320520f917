import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Label } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { withoutLabel } from '../state/filters.ts'
import { openImageId } from '../state/screen.ts'
import { ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { Field, Input, Select } from '../ui/Field.tsx'

const words = texts.labels

type Change = 'merge' | 'split' | 'remove'

/** Merging, splitting and removing a label, which all change marks too. Each says beforehand what it will do. */
export function LabelChanges({
  label,
  labels,
  busy,
  run,
}: {
  label: Label
  labels: readonly Label[]
  busy: boolean
  run: (work: () => Promise<void>) => Promise<void>
}) {
  const [asked, setAsked] = useState<Change | null>(null)
  const marks = label.presentCount + label.absentCount
  const done = (work: () => Promise<unknown>) =>
    void run(async () => {
      await work()
      // No filter may refer to a label that is gone.
      ui.set(({ filter }) => ({ dialog: null, filter: withoutLabel(filter, label.id) }))
    })
  const common = { label, busy, onCancel: () => setAsked(null) }

  if (asked === 'merge') {
    const merge = (intoId: number) => done(() => client.labels.merge({ id: label.id, intoId }))
    return <Merge {...common} labels={labels} onMerge={merge} />
  }
  if (asked === 'split') {
    const split = (name: string, imageIds: number[]) =>
      void run(async () => {
        await client.labels.split({ id: label.id, name, imageIds })
        ui.set({ dialog: null, selection: new Set() })
      })
    return <Split {...common} onSplit={split} />
  }
  const remove = () => done(() => client.labels.remove({ id: label.id }))
  if (asked === 'remove') {
    return (
      <Asked
        text={`${words.removeAsk(label.name)} ${words.removeHint(label.presentCount, label.absentCount)}`}
        onCancel={common.onCancel}
        action={
          <Button kind="danger" type="submit" disabled={busy}>
            {words.remove}
          </Button>
        }
        onAction={remove}
      />
    )
  }
  return (
    <div className="flex flex-wrap gap-2 border-t border-line pt-4">
      <Button disabled={labels.length < 2} onClick={() => setAsked('merge')}>
        {words.merge}
      </Button>
      <Button onClick={() => setAsked('split')}>{words.split}</Button>
      <Button kind="danger" className="ml-auto" onClick={() => (marks > 0 ? setAsked('remove') : remove())}>
        {words.remove}
      </Button>
    </div>
  )
}

function Merge({
  label,
  labels,
  busy,
  onMerge,
  onCancel,
}: {
  label: Label
  labels: readonly Label[]
  busy: boolean
  onMerge: (intoId: number) => void
  onCancel: () => void
}) {
  const [intoId, setIntoId] = useState(0)
  const into = labels.find(({ id }) => id === intoId)
  const { data: plan } = useQuery({
    queryKey: ['merge', label.id, intoId],
    queryFn: () => client.labels.mergePlan({ id: label.id, intoId }),
    enabled: intoId > 0,
    gcTime: 0,
  })
  return (
    <Asked
      text={into && plan ? words.mergePlan(label.name, into.name, plan) : words.mergeHint}
      onCancel={onCancel}
      action={
        <Button kind="primary" type="submit" disabled={busy || !plan}>
          {words.mergeNow}
        </Button>
      }
      onAction={() => onMerge(intoId)}
    >
      <Field label={words.mergeInto}>
        {(ids) => (
          <Select {...ids} autoFocus value={intoId || ''} onChange={(event) => setIntoId(Number(event.target.value))}>
            <option value="" disabled>
              {words.choose}
            </option>
            {labels
              .filter(({ id }) => id !== label.id)
              .map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
          </Select>
        )}
      </Field>
    </Asked>
  )
}

function Split({
  label,
  busy,
  onSplit,
  onCancel,
}: {
  label: Label
  busy: boolean
  onSplit: (name: string, imageIds: number[]) => void
  onCancel: () => void
}) {
  const [name, setName] = useState('')
  const selection = useUi((state) => state.selection)
  const open = useUi((state) => openImageId(state.screen))
  const imageIds = open !== null ? [open] : [...selection]
  return (
    <Asked
      text={imageIds.length > 0 ? words.splitPlan(label.name, imageIds.length) : words.splitHint(label.name)}
      onCancel={onCancel}
      action={
        <Button kind="primary" type="submit" disabled={busy || imageIds.length === 0 || name.trim() === ''}>
          {words.splitNow}
        </Button>
      }
      onAction={() => onSplit(name, imageIds)}
    >
      <Field label={words.splitName}>
        {(ids) => (
          <Input {...ids} autoFocus autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
    </Asked>
  )
}

/** Says what is about to happen, with a button to confirm. */
function Asked({
  text,
  action,
  onAction,
  onCancel,
  children,
}: {
  text: string
  /** A button that submits. */
  action: ReactNode
  onAction: () => void
  onCancel: () => void
  children?: ReactNode
}) {
  const form = useRef<HTMLFormElement>(null)
  // Scrolls the answers into view: this opens at the end of a long dialog.
  useEffect(() => {
    // In braces: some browsers return a promise here, which React would take for a cleanup function.
    form.current?.scrollIntoView({ block: 'nearest' })
    // The pressed button is gone, so focus moves here: to a field, if there is one.
    const focused = form.current?.ownerDocument.activeElement
    if (!form.current?.contains(focused ?? null)) form.current?.querySelector<HTMLElement>('[data-safe]')?.focus()
  }, [])
  return (
    <form
      ref={form}
      className="flex flex-col gap-3 rounded-md bg-canvas p-3"
      onSubmit={(event) => {
        event.preventDefault()
        onAction()
      }}
    >
      <p role="alert" className="m-0">
        {text}
      </p>
      {children}
      <div className="flex gap-2">
        {action}
        <Button data-safe onClick={onCancel}>
          {texts.common.cancel}
        </Button>
      </div>
    </form>
  )
}
