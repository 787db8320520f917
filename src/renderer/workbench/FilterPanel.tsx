import { Popover } from '@base-ui/react/popover'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { showFilterPanel, useFilterPanel } from '../state/filters.ts'

/** A button of the filter bar with a panel below it. After Escape, focus is back on the images. */
export function FilterPanel({
  name,
  title,
  hint,
  icon: Icon,
  label,
  count = 0,
  children,
}: {
  name: 'filter' | 'saved'
  title: string
  /** Shown on hover: the title with its shortcut. */
  hint: string
  icon: LucideIcon
  /** Shown beside the icon; without it the title is only read out. */
  label?: string
  /** How many conditions are set. */
  count?: number
  children: ReactNode
}) {
  const open = useFilterPanel((state) => state.open) === name
  return (
    <Popover.Root open={open} onOpenChange={(next) => showFilterPanel(next ? name : null)}>
      <Popover.Trigger
        aria-label={label ? undefined : title}
        title={hint}
        className={`inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md border px-2.5 ${
          count > 0 ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:bg-sunken'
        }`}
      >
        <Icon size={14} aria-hidden />
        {label}
        {count > 0 && <span className="text-[13px] tabular-nums">{count}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="start" sideOffset={6} collisionPadding={8} className="z-40">
          <Popover.Popup
            finalFocus={() => document.querySelector<HTMLElement>('[role=listbox][aria-multiselectable]') ?? true}
            className="flex max-h-[min(720px,var(--available-height))] w-108 flex-col gap-4 overflow-auto rounded-xl border border-line bg-raised p-4 shadow-float outline-none"
          >
            <Popover.Title className="m-0 text-sm font-semibold">{title}</Popover.Title>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
