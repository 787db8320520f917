import { Check, ImageOff, Sparkle } from 'lucide-react'
import { type MouseEvent, memo } from 'react'
import type { Label } from '../../contract/schemas.ts'
import { useRow } from '../state/rows.ts'
import { openImage } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'
import { Dot } from '../ui/StateIcon.tsx'
import { Thumbnail } from '../ui/Thumbnail.tsx'
import { captionHeight, labelsThatFit } from './grid.ts'

/** One image of the grid: a click selects it, a double click opens it. */
export const Tile = memo(function Tile({
  id,
  index,
  labels,
  isCurrent,
  isSelected,
  isInSight,
  left,
  top,
  width,
  height,
  onChoose,
}: {
  id: number
  /** Its place in the list. */
  index: number
  labels: readonly Label[]
  isCurrent: boolean
  isSelected: boolean
  isInSight: boolean
  left: number
  top: number
  width: number
  height: number
  onChoose: (index: number, how: { range?: boolean; toggle?: boolean }) => void
}) {
  const row = useRow(id)
  const present = row ? labels.filter((label) => row.present.includes(label.id)) : []
  const fitting = labelsThatFit(present, width)
  const name = row?.path.split('/').at(-1) ?? ''
  const suggestions = row?.suggestions.length ?? 0
  const ring = isSelected ? 'ring-2 ring-accent' : isCurrent ? 'group-focus-visible:ring-2 ring-accent' : ''
  const onClick = ({ shiftKey, ctrlKey, metaKey }: MouseEvent): void =>
    onChoose(index, { range: shiftKey, toggle: ctrlKey || metaKey })

  return (
    // The list has focus: arrows move, Space selects, Enter opens (Grid).
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={`image-${id}`}
      role="option"
      aria-selected={isSelected}
      aria-label={row ? undefined : texts.common.loading}
      data-path={row?.path}
      data-in-sight={isInSight || undefined}
      onClick={onClick}
      onDoubleClick={() => openImage(id)}
      className={`absolute cursor-default overflow-hidden rounded-lg border border-line bg-surface select-none hover:border-muted ${ring}`}
      style={{ transform: `translate(${left}px, ${top}px)`, width, height }}
    >
      <div className="relative bg-stage" style={{ height: height - captionHeight }}>
        {row?.status === 'ok' && <Thumbnail image={row} className="absolute inset-0 size-full object-contain" />}
        {row && row.status !== 'ok' && (
          <div className="flex h-full flex-col items-center justify-center gap-1 p-2 text-center text-xs text-muted">
            <ImageOff size={20} aria-hidden />
            <span className="line-clamp-3">{row.problem?.message ?? texts.image.missing}</span>
          </div>
        )}
        {suggestions > 0 && (
          <span
            title={texts.workbench.suggestions(suggestions)}
            className="absolute top-1.5 right-1.5 flex items-center gap-1 rounded-full bg-raised px-1.5 text-xs text-suggested tabular-nums"
          >
            <Sparkle size={11} strokeWidth={2.5} aria-hidden />
            <span aria-hidden>{suggestions}</span>
            <span className="sr-only">{texts.workbench.suggestions(suggestions)}</span>
          </span>
        )}
        {isSelected && (
          <span className="absolute top-1.5 left-1.5 flex size-5 items-center justify-center rounded-full bg-accent text-on-accent">
            <Check size={13} strokeWidth={3} aria-hidden />
          </span>
        )}
      </div>
      <div className="flex flex-col px-2 py-1" style={{ height: captionHeight }}>
        <Name className="text-[13px] leading-[18px]">{name}</Name>
        <span className="flex items-center gap-x-2 overflow-hidden text-xs leading-[18px] text-muted">
          {present.slice(0, fitting).map((label) => (
            <span key={label.id} className="flex min-w-0 items-center gap-1">
              <Dot colour={label.colour} />
              <Name className={fitting === 1 ? '' : 'shrink-0'}>{label.name}</Name>
            </span>
          ))}
          {present.length > fitting && <span>{texts.workbench.moreLabels(present.length - fitting)}</span>}
          {row && present.length === 0 && row.absent.length > 0 && texts.workbench.absentOnly(row.absent.length)}
        </span>
      </div>
    </div>
  )
})
