import { Bookmark, ListFilter, Search, Sparkle } from 'lucide-react'
import type { ImageFilter, ImageSort, ProjectSummary } from '../../contract/schemas.ts'
import { withKeyOf } from '../actions/registry.ts'
import { setFilter, useSavedFilters } from '../state/filters.ts'
import { sortBy } from '../state/filterText.ts'
import { useLabels } from '../state/queries.ts'
import { remember } from '../state/remembered.ts'
import { focusImages, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { inputStyle, Select } from '../ui/Field.tsx'
import { chipsOf } from './chips.ts'
import { FilterChips } from './FilterChips.tsx'
import { FilterFields } from './FilterFields.tsx'
import { FilterPanel } from './FilterPanel.tsx'
import { SavedFilters } from './SavedFilters.tsx'

/** The filters, which combine, and the number of images that pass them. */
export function FilterBar({ shown, project }: { shown: number; project: ProjectSummary }) {
  const { images, readOnly, passedOver } = project
  const labels = useLabels()
  const filter = useUi((state) => state.filter)
  const sort = useUi((state) => state.sort)
  const tileSize = useUi((state) => state.tileSize)
  // Fetched before the panel opens, because focus starts at its first saved filter.
  useSavedFilters()
  const change = (part: Partial<ImageFilter>): void => setFilter({ ...filter, ...part })

  return (
    <div className="flex flex-col gap-2 border-b border-line bg-surface px-3 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative w-52 min-w-24">
          <Search size={14} className="pointer-events-none absolute top-2 left-2.5 text-muted" aria-hidden />
          <input
            id="search-images"
            type="search"
            dir="auto"
            value={filter.text ?? ''}
            placeholder={texts.workbench.search}
            aria-label={texts.workbench.search}
            className={`${inputStyle} pl-8`}
            onChange={({ target }) => change({ text: target.value || undefined })}
            onKeyDown={(event) => {
              // Moves on to the results.
              if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
              event.preventDefault()
              focusImages()
            }}
          />
        </div>
        <button
          type="button"
          data-tour="suggested-only"
          aria-pressed={filter.suggested === true}
          onClick={() => change({ suggested: filter.suggested ? undefined : true })}
          className={`inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md border px-2.5 ${
            filter.suggested
              ? 'border-suggested bg-suggested-soft text-suggested'
              : 'border-line bg-surface hover:bg-sunken'
          }`}
        >
          <Sparkle size={14} aria-hidden /> {texts.workbench.suggestedOnly}
        </button>
        <FilterPanel
          name="filter"
          title={texts.filters.title}
          hint={withKeyOf(texts.filters.title, 'grid.filter')}
          icon={ListFilter}
          label={texts.filters.open}
          count={chipsOf(filter, labels).length}
        >
          <FilterFields images={images} />
        </FilterPanel>
        <FilterPanel
          name="saved"
          title={texts.filters.saved}
          hint={withKeyOf(texts.filters.saved, 'grid.saved-filters')}
          icon={Bookmark}
        >
          <SavedFilters readOnly={readOnly} />
        </FilterPanel>
        <span className="shrink-0">
          <Select
            aria-label={texts.workbench.sort}
            value={sort.by}
            onChange={({ target }) => ui.set({ sort: sortBy(target.value as ImageSort['by']), cursor: 0 })}
          >
            {Object.entries(texts.workbench.sorts).map(([by, title]) => (
              <option key={by} value={by}>
                {title}
              </option>
            ))}
          </Select>
        </span>
        <span className="flex-1" />
        <span role="status" className="shrink-0 text-[13px] text-muted tabular-nums">
          {texts.workbench.images(shown, images.total)} · {texts.workbench.started(images.started)}
          {Object.keys(passedOver).length > 0 && (
            <span title={texts.workbench.notReadHint}>
              {' · '}
              {texts.workbench.notUsed(passedOver)}
            </span>
          )}
        </span>
        <input
          type="range"
          min={96}
          max={400}
          step={8}
          value={tileSize}
          aria-label={texts.workbench.tileSize}
          title={texts.workbench.tileSize}
          className="w-20 shrink-0 accent-accent"
          onChange={({ target }) => {
            ui.set({ tileSize: Number(target.value) })
            remember('tileSize', Number(target.value))
          }}
        />
      </div>
      <FilterChips />
    </div>
  )
}
