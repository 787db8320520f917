import { useId } from 'react'
import type { Label } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Checkbox } from '../ui/Choice.tsx'
import { Field, Input, Select } from '../ui/Field.tsx'

const words = texts.labels

export interface RelationFields {
  parentId: number | null
  group: string
  exclusive: boolean
}

/** The parent and the group of a label. */
export function LabelRelations({
  labels,
  label,
  value,
  onChange,
}: {
  labels: readonly Label[]
  /** Null for a new one. */
  label: Label | null
  value: RelationFields
  onChange: (patch: Partial<RelationFields>) => void
}) {
  const listId = useId()
  const others = labels.filter(({ id }) => id !== label?.id)
  const parents = others.filter((one) => !label || !isBelow(labels, one, label))
  const groups = [...new Set(others.map(({ group }) => group).filter(Boolean))].sort()
  const mates = others.filter(({ group }) => group !== '' && group === value.group.trim())
  return (
    <>
      <Field label={words.parent} hint={words.parentHint}>
        {(ids) => (
          <Select
            {...ids}
            value={value.parentId ?? ''}
            onChange={(event) => onChange({ parentId: Number(event.target.value) || null })}
          >
            <option value="">{words.noParent}</option>
            {parents.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div className="flex flex-col gap-2">
        <Field label={words.group} hint={mates.length > 0 ? words.mates(mates.map(({ name }) => name)) : undefined}>
          {(ids) => (
            <>
              <Input
                {...ids}
                autoComplete="off"
                list={listId}
                value={value.group}
                onChange={(event) => {
                  const group = event.target.value
                  const joined = others.find((one) => one.group === group.trim() && group.trim() !== '')
                  onChange({ group, ...(joined && { exclusive: joined.exclusive }) })
                }}
              />
              <datalist id={listId}>
                {groups.map((group) => (
                  <option key={group} value={group} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        {value.group.trim() !== '' && (
          <Checkbox checked={value.exclusive} onChange={(exclusive) => onChange({ exclusive })}>
            {words.exclusive}
          </Checkbox>
        )}
      </div>
    </>
  )
}

function isBelow(labels: readonly Label[], one: Label, top: Label): boolean {
  const byId = new Map(labels.map((label) => [label.id, label]))
  for (let at: Label | undefined = one; at; at = byId.get(at.parentId ?? 0)) if (at.id === top.id) return true
  return false
}
