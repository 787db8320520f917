import { Copy } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { copyView, showView } from '../state/filters.ts'
import { formatView, parseView, type TextProblem } from '../state/filterText.ts'
import { useLabels } from '../state/queries.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input } from '../ui/Field.tsx'

/** The filter and its order as one line of text that can be edited, copied and pasted. */
export function FilterText() {
  const labels = useLabels()
  const filter = useUi((state) => state.filter)
  const sort = useUi((state) => state.sort)
  const shown = formatView({ filter, sort }, labels)
  const [typed, setTyped] = useState<{ text: string; instead: string } | null>(null)
  const [problem, setProblem] = useState<TextProblem | null>(null)
  // Keeps the line up to date when something else changes the filter.
  const text = typed?.instead === shown ? typed.text : shown

  const apply = (event: FormEvent): void => {
    event.preventDefault()
    const read = parseView(text, labels)
    setProblem('problem' in read ? read.problem : null)
    if (!('view' in read)) return
    setTyped(null)
    showView(read.view)
  }

  return (
    <form onSubmit={apply} className="flex flex-col gap-2">
      <Field label={texts.filters.asText} hint={texts.filters.asTextHint}>
        {(ids) => (
          <div className="flex items-center gap-1">
            <Input
              {...ids}
              autoComplete="off"
              spellCheck={false}
              className="font-mono text-[13px]"
              value={text}
              onChange={({ target }) => {
                setTyped({ text: target.value, instead: shown })
                setProblem(null)
              }}
            />
            <IconButton label={texts.filters.copy} onClick={() => void copyView(labels)}>
              <Copy size={14} aria-hidden />
            </IconButton>
          </div>
        )}
      </Field>
      {problem && <ErrorLine error={problem} />}
    </form>
  )
}
