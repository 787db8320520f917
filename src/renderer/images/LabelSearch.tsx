import { Search } from 'lucide-react'
import { State } from '../../contract/state.ts'
import { detailNow, labelsNow } from '../actions/now.ts'
import { mark } from '../state/marks.ts'
import { ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { inputStyle } from '../ui/Field.tsx'
import { bestFound, isNewName, labelGroups } from './groups.ts'
import { addFound } from './NewLabelButton.tsx'

/** Finds a label by a few letters: Enter marks it present, Shift+Enter absent. A new name can become a new label. */
function decideFound(isAbsent: boolean): void {
  const detail = detailNow()
  const search = ui.get().labelSearch
  if (!detail || !search) return
  const found = bestFound(labelGroups(labelsNow(), detail, search), search)
  if (found) {
    mark(detail.id, found.label.id, isAbsent ? State.absent : State.present)
    ui.set({ labelSearch: '' })
  } else if (!isAbsent && isNewName(labelsNow(), search)) void addFound(detail.id, search.trim())
}

export function LabelSearch() {
  const search = useUi((state) => state.labelSearch)
  return (
    <div className="relative border-b border-line p-1.5">
      <Search size={14} className="pointer-events-none absolute top-4 left-4 text-muted" aria-hidden />
      <input
        id="find-label"
        type="search"
        dir="auto"
        value={search}
        placeholder={texts.image.find}
        aria-label={texts.image.find}
        className={`${inputStyle} pl-8`}
        onChange={({ target }) => ui.set({ labelSearch: target.value, focusedLabel: null })}
        onKeyDown={({ key, shiftKey }) => key === 'Enter' && decideFound(shiftKey)}
      />
    </div>
  )
}
