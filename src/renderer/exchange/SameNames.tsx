import { X } from 'lucide-react'
import { useState } from 'react'
import type { ImportPreview, Label } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Field, Select } from '../ui/Field.tsx'

/** From names in the file to names here; '' leaves the label out. */
export type Renames = Readonly<Record<string, string>>

/** Maps labels of the file to labels of the project. Each change makes a new preview. */
export function SameNames({
  labels,
  here,
  renames,
  busy,
  onChange,
}: {
  labels: ImportPreview['labels']
  /** Label names of the project. */
  here: readonly Label[]
  renames: Renames
  busy: boolean
  onChange: (renames: Renames) => void
}) {
  const fresh = labels.filter(({ known }) => !known)
  const [from, setFrom] = useState('')
  /** 'leave', or 'as' followed by a name; '' while nothing is chosen. */
  const [to, setTo] = useState('')
  const chosen = fresh.find(({ name }) => name === from)?.name ?? fresh[0]?.name
  const done = Object.entries(renames)
  if (fresh.length === 0 && done.length === 0) return null
  return (
    <details className="rounded-md border border-line px-3 py-2" open={done.length > 0}>
      <summary className="cursor-pointer rounded font-medium">{texts.exchange.sameNames}</summary>
      <div className="mt-3 flex flex-col gap-2">
        {done.map(([name, meant]) => (
          <p key={name} className="m-0 flex items-center gap-1">
            <span className="min-w-0 truncate">{texts.exchange.renamed(name, meant)}</span>
            <IconButton
              label={texts.exchange.forgetRename(name)}
              disabled={busy}
              onClick={() => onChange(Object.fromEntries(done.filter(([other]) => other !== name)))}
            >
              <X size={14} aria-hidden />
            </IconButton>
          </p>
        ))}
        {chosen !== undefined && (
          <div className="flex items-end gap-2">
            <div className="min-w-0 flex-1">
              <Field label={texts.exchange.inFile}>
                {(ids) => (
                  <Select {...ids} value={chosen} onChange={(event) => setFrom(event.target.value)}>
                    {fresh.map(({ name }) => (
                      <option key={name}>{name}</option>
                    ))}
                  </Select>
                )}
              </Field>
            </div>
            <div className="min-w-0 flex-1">
              <Field label={texts.exchange.meansHere}>
                {(ids) => (
                  <Select {...ids} value={to} onChange={(event) => setTo(event.target.value)}>
                    <option value="">{texts.common.choose}</option>
                    <option value="leave">{texts.exchange.leaveOut}</option>
                    {here.map(({ id, name }) => (
                      <option key={id} value={`as ${name}`}>
                        {name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            </div>
            <Button
              disabled={busy || to === ''}
              onClick={() => onChange({ ...renames, [chosen]: to === 'leave' ? '' : to.slice('as '.length) })}
            >
              {texts.exchange.takeAs}
            </Button>
          </div>
        )}
      </div>
    </details>
  )
}
