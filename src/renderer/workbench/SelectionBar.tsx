import { Check, Eraser, Minus, Sparkle, X } from 'lucide-react'
import { useState } from 'react'
import { type LabelState, State } from '../../contract/state.ts'
import { accept, markMany } from '../state/marks.ts'
import { useLabels } from '../state/queries.ts'
import { rows } from '../state/rows.ts'
import { ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Select } from '../ui/Field.tsx'

/** What can be done with all selected images, each as one action with one undo. */
export function SelectionBar() {
  const selection = useUi((state) => state.selection)
  const labels = useLabels()
  const [chosen, setChosen] = useState<number>()
  const labelId = chosen ?? labels[0]?.id
  const set = (state: LabelState): void => {
    if (labelId !== undefined) markMany(Array.from(selection, (imageId) => ({ imageId, labelId, state })))
  }
  const suggested = Array.from(selection).flatMap((imageId) =>
    (rows.get(imageId)?.suggestions ?? []).map(({ labelId, suggestion }) => ({ imageId, labelId, suggestion })),
  )

  return (
    <div
      role="toolbar"
      aria-label={texts.workbench.markSelection}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-3 py-1.5"
    >
      <span className="shrink-0 pr-2 font-medium whitespace-nowrap tabular-nums">
        {texts.workbench.selected(selection.size)}
      </span>
      <span className="max-w-56 min-w-24">
        <Select
          aria-label={texts.training.label}
          value={labelId}
          onChange={({ target }) => setChosen(Number(target.value))}
        >
          {labels.map((label) => (
            <option key={label.id} value={label.id}>
              {label.name}
            </option>
          ))}
        </Select>
      </span>
      <Button onClick={() => set(State.present)} disabled={labelId === undefined}>
        <Check size={14} className="text-present" aria-hidden /> {texts.states.present}
      </Button>
      <Button onClick={() => set(State.absent)} disabled={labelId === undefined}>
        <Minus size={14} className="text-absent" aria-hidden /> {texts.states.absent}
      </Button>
      <Button onClick={() => set(State.unknown)} disabled={labelId === undefined}>
        <Eraser size={14} aria-hidden /> {texts.states.unknown}
      </Button>
      {suggested.length > 0 && (
        <Button onClick={() => accept(suggested)}>
          <Sparkle size={14} className="text-suggested" aria-hidden />{' '}
          {texts.workbench.acceptSelected(suggested.length)}
        </Button>
      )}
      <span className="flex-1" />
      <IconButton label={texts.common.close} onClick={() => ui.set({ selection: new Set() })}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  )
}
