import { Search, Sparkle } from 'lucide-react'
import type { ImageFilter, ImageSort, ProjectSummary } from '../../preload/schemas.ts'
import { remember, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts.ts'
import { inputStyle, Select } from '../ui/Field.tsx'

/** The filters combine; the count is always there. */
export function FilterBar({ shown, images }: { shown: number; images: ProjectSummary['images'] }) {
  const filter = useUi((state) => state.filter)
  const sort = useUi((state) => state.sort)
  const tileSize = useUi((state) => state.tileSize)
  const change = (part: Partial<ImageFilter>): void => ui.set({ filter: { ...filter, ...part }, cursor: 0 })

  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-3 py-2">
      <div className="relative w-52">
        <Search size={14} className="pointer-events-none absolute top-2 left-2.5 text-muted" aria-hidden />
        <input
          id="search-images"
          type="search"
          value={filter.text ?? ''}
          placeholder={texts.workbench.search}
          aria-label={texts.workbench.search}
          className={`${inputStyle} pl-8`}
          onChange={({ target }) => change({ text: target.value || undefined })}
        />
      </div>
      <span>
        <Select
          aria-label={texts.workbench.known.any}
          value={filter.known ?? ''}
          onChange={({ target }) => change({ known: (target.value || undefined) as ImageFilter['known'] })}
        >
          <option value="">{texts.workbench.known.any}</option>
          <option value="nothing">{texts.workbench.known.nothing}</option>
          <option value="something">{texts.workbench.known.something}</option>
          <option value="everything">{texts.workbench.known.everything}</option>
        </Select>
      </span>
      {(images.broken > 0 || images.missing > 0) && (
        <span>
          <Select
            aria-label={texts.workbench.status.any}
            value={filter.status?.[0] ?? ''}
            onChange={({ target }) =>
              change({ status: target.value ? [target.value as 'broken' | 'missing'] : undefined })
            }
          >
            <option value="">{texts.workbench.status.any}</option>
            {images.broken > 0 && (
              <option value="broken">{`${texts.workbench.status.broken} (${images.broken})`}</option>
            )}
            {images.missing > 0 && (
              <option value="missing">{`${texts.workbench.status.missing} (${images.missing})`}</option>
            )}
          </Select>
        </span>
      )}
      <button
        type="button"
        aria-pressed={filter.suggested === true}
        onClick={() => change({ suggested: filter.suggested ? undefined : true })}
        className={`inline-flex h-8 items-center gap-1.5 rounded-md border px-2.5 ${
          filter.suggested
            ? 'border-suggested bg-suggested-soft text-suggested'
            : 'border-line bg-surface hover:bg-sunken'
        }`}
      >
        <Sparkle size={14} aria-hidden /> {texts.workbench.suggestedOnly}
      </button>
      <span>
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
      <span role="status" className="text-[13px] text-muted tabular-nums">
        {texts.workbench.images(shown, images.total)} · {texts.workbench.started(images.started)}
      </span>
      <input
        type="range"
        min={96}
        max={400}
        step={8}
        value={tileSize}
        aria-label={texts.workbench.tileSize}
        title={texts.workbench.tileSize}
        className="w-24 accent-accent"
        onChange={({ target }) => {
          ui.set({ tileSize: Number(target.value) })
          remember('tileSize', Number(target.value))
        }}
      />
    </div>
  )
}

function sortBy(by: ImageSort['by']): ImageSort {
  return { by, descending: by === 'added' || by === 'confidence' || by === 'usefulness' ? true : undefined }
}
