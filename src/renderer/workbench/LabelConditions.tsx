import { Combobox } from '@base-ui/react/combobox'
import { X } from 'lucide-react'
import { useState } from 'react'
import type { ImageFilter, Label } from '../../contract/schemas.ts'
import { setFilter, withoutLabel } from '../state/filters.ts'
import { useLabels } from '../state/queries.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'
import { Input, inputStyle, Select } from '../ui/Field.tsx'
import { Name } from '../ui/Name.tsx'
import { Dot } from '../ui/StateIcon.tsx'
import { percentOf } from './chips.ts'

type Condition = NonNullable<ImageFilter['labels']>[number]

const states = ['present', 'absent', 'unknown', 'known', 'suggested'] as const

/** The filter's conditions on labels: their states and probabilities. */
export function LabelConditions() {
  const labels = useLabels()
  const filter = useUi((state) => state.filter)
  /** Labels that were added but have no condition yet. */
  const [added, setAdded] = useState<readonly number[]>([])
  const named = [filter.labels ?? [], filter.probability ?? []].flat().map(({ labelId }) => labelId)
  const shown = [...new Set([...named, ...added])].flatMap((id) => labels.find((label) => label.id === id) ?? [])
  const remove = (labelId: number): void => {
    setAdded(added.filter((id) => id !== labelId))
    setFilter(withoutLabel(filter, labelId))
  }
  const add = (label: Label): void => {
    setAdded([...added, label.id])
    setFilter({ ...filter, labels: [...(filter.labels ?? []), { labelId: label.id, is: 'unknown' }] })
  }
  return (
    <fieldset className="m-0 flex flex-col gap-1.5 border-0 p-0">
      <legend className="mb-1 p-0 font-medium">{texts.filters.labels}</legend>
      {shown.map((label) => (
        <LabelCondition key={label.id} label={label} filter={filter} onRemove={() => remove(label.id)} />
      ))}
      <AddLabel labels={labels.filter(({ id }) => !shown.some((label) => label.id === id))} onAdd={add} />
    </fieldset>
  )
}

function LabelCondition({ label, filter, onRemove }: { label: Label; filter: ImageFilter; onRemove: () => void }) {
  const { name, id: labelId } = label
  const is = filter.labels?.find((one) => one.labelId === labelId)?.is
  const range = filter.probability?.find((one) => one.labelId === labelId)
  const setState = (next: Condition['is'] | undefined): void => {
    const others = filter.labels?.filter((one) => one.labelId !== labelId) ?? []
    const all = next ? [...others, { labelId, is: next }] : others
    setFilter({ ...filter, labels: all.length > 0 ? all : undefined })
  }
  const setRange = (part: { from?: number; to?: number }): void => {
    const next = { labelId, from: range?.from ?? 0, to: range?.to ?? 1, ...part }
    const others = filter.probability?.filter((one) => one.labelId !== labelId) ?? []
    const all = next.from === 0 && next.to === 1 ? others : [...others, next]
    setFilter({ ...filter, probability: all.length > 0 ? all : undefined })
  }
  const percent = (end: 'from' | 'to', title: string, value: number) => (
    <Input
      type="number"
      min={0}
      max={100}
      aria-label={title}
      title={title}
      className="w-15! px-1.5! text-right tabular-nums"
      value={percentOf(value)}
      onChange={({ target }) => {
        const next = target.valueAsNumber / 100
        if (next >= 0 && next <= 1) setRange({ [end]: next })
      }}
    />
  )
  return (
    <div className="flex items-center gap-1.5">
      <Dot colour={label.colour} />
      <Name title={name} className="flex-1">
        {name}
      </Name>
      <Select
        aria-label={texts.filters.stateOf(name)}
        className="w-28!"
        value={is ?? ''}
        onChange={({ target }) => setState((target.value || undefined) as Condition['is'] | undefined)}
      >
        <option value="">{texts.filters.anyState}</option>
        {states.map((state) => (
          <option key={state} value={state}>
            {texts.states[state]}
          </option>
        ))}
      </Select>
      {percent('from', texts.filters.atLeast(name), range?.from ?? 0)}
      <span aria-hidden>–</span>
      {percent('to', texts.filters.atMost(name), range?.to ?? 1)}
      <span className="text-muted">{texts.filters.percent}</span>
      <IconButton label={texts.filters.removeLabel(name)} className="-mr-1 size-6" onClick={onRemove}>
        <X size={13} aria-hidden />
      </IconButton>
    </div>
  )
}

/** Finds a label by a few letters; Enter adds it. */
function AddLabel({ labels, onAdd }: { labels: readonly Label[]; onAdd: (label: Label) => void }) {
  return (
    <Combobox.Root
      items={labels}
      value={null}
      itemToStringLabel={(label: Label) => label.name}
      onValueChange={(label: Label | null) => label && onAdd(label)}
      autoHighlight
      limit={50}
    >
      <Combobox.Input
        aria-label={texts.filters.addLabel}
        placeholder={texts.filters.addLabel}
        className={inputStyle}
        data-first-focus
      />
      <Combobox.Portal>
        <Combobox.Positioner align="start" sideOffset={4} className="z-50">
          <Combobox.Popup className="max-h-64 w-(--anchor-width) overflow-auto rounded-lg border border-line bg-raised p-1 shadow-float">
            <Combobox.Empty className="px-2.5 text-muted not-empty:py-1.5">{texts.filters.noLabel}</Combobox.Empty>
            <Combobox.List>
              {(label: Label) => (
                <Combobox.Item
                  key={label.id}
                  value={label}
                  className="flex h-8 cursor-default items-center gap-2 rounded-md px-2.5 data-highlighted:bg-accent-soft"
                >
                  <Dot colour={label.colour} />
                  <Name>{label.name}</Name>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
