import { ImageOff } from 'lucide-react'
import { useRow } from '../state/rows.ts'
import { texts } from '../texts/index.ts'
import { StateIcon } from '../ui/StateIcon.tsx'
import { Thumbnail } from '../ui/Thumbnail.tsx'
import type { Said } from './page.ts'

const frames: Record<Said, string> = {
  present: 'border-present ring-1 ring-present',
  absent: 'border-line',
  unknown: 'border-dashed border-muted',
}
const badges: Record<Said, string> = {
  present: 'bg-present-soft text-present',
  absent: 'bg-absent-soft text-absent',
  unknown: 'bg-raised text-muted',
}

/** One image, with the state that confirming would give it: in words and by an icon, not by colour alone. */
export function PageTile({
  id,
  said,
  probability,
  isCurrent,
  isUnseen,
  isFirstAbsent,
  height,
  onPress,
  onOver,
  onOpen,
}: {
  id: number
  said: Said
  probability: number | null
  isCurrent: boolean
  /** Its picture couldn't be loaded. */
  isUnseen: boolean
  /** Whether the cutoff is right before it. */
  isFirstAbsent: boolean
  height: number
  onPress: () => void
  /** The pointer enters it. */
  onOver: () => void
  onOpen: () => void
}) {
  const row = useRow(id)
  const name = row?.path.split('/').at(-1) ?? ''
  return (
    // The list has focus (LabelByLabelScreen).
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={`page-image-${id}`}
      role="option"
      aria-selected={said === 'present'}
      aria-label={row ? undefined : texts.common.loading}
      data-page-image={row?.path}
      data-said={said}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.releasePointerCapture(event.pointerId)
        onPress()
      }}
      onPointerEnter={onOver}
      onDoubleClick={onOpen}
      className={`relative cursor-default rounded-lg border bg-stage select-none ${frames[said]} ${
        isCurrent
          ? 'group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-accent'
          : ''
      }`}
      style={{ height }}
    >
      {isFirstAbsent && (
        <span aria-hidden className="absolute -inset-y-0.5 -left-[6px] w-[3px] rounded-full bg-accent" />
      )}
      <span className="sr-only">{name}</span>
      {isUnseen && (
        <span className="absolute inset-0 flex flex-col items-center justify-center gap-1 p-2 text-center text-xs text-muted">
          <ImageOff size={20} aria-hidden /> {texts.image.broken}
        </span>
      )}
      {row && !isUnseen && (
        <Thumbnail
          image={row}
          className={`absolute inset-0 size-full rounded-[7px] object-contain ${said === 'absent' ? 'opacity-55' : ''}`}
        />
      )}
      <span
        className={`absolute top-1.5 left-1.5 flex h-6 items-center gap-1 rounded-full px-2 text-xs font-medium ${badges[said]}`}
      >
        <StateIcon state={said} size={12} /> {texts.labelByLabel.says[said]}
      </span>
      {probability !== null && (
        <span className="absolute right-1.5 bottom-1.5 rounded bg-raised px-1.5 text-xs text-muted tabular-nums">
          {texts.image.probability(probability)}
        </span>
      )}
    </div>
  )
}

/** Preloads the next page, so that it shows at once. */
export function Ahead({ id }: { id: number }) {
  const row = useRow(id)
  return row ? <Thumbnail image={row} className="hidden" /> : null
}
