import { Check, LayoutGrid, Minus, Pencil, Plus } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import type { ImageFilter, Label } from '../../contract/schemas.ts'
import type { Side } from '../../contract/state.ts'
import { keyName, keysOfLabels } from '../actions/registry.ts'
import { openLabelByLabel } from '../labelByLabel/state.ts'
import { usePanelWidth } from '../state/panels.ts'
import { useLabels } from '../state/queries.ts'
import { editLabel, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { Name } from '../ui/Name.tsx'
import { PanelEdge } from '../ui/PanelEdge.tsx'
import { Dot, StateIcon } from '../ui/StateIcon.tsx'
import { depthsOf } from './depths.ts'
import { SortableLabels } from './SortableLabels.tsx'

type Condition = NonNullable<ImageFilter['labels']>[number]

/** The labels with their counts; a click shows the images of one. */
export function LabelSidebar() {
  const labels = useLabels()
  const filter = useUi((state) => state.filter)
  const width = usePanelWidth('labels')
  const keys = useMemo(() => keysOfLabels(labels), [labels])
  const depths = useMemo(() => depthsOf(labels), [labels])
  const conditions = new Map(filter.labels?.map((one) => [one.labelId, one.is]))
  const show = (labelId: number, is: Condition['is'] | null): void => {
    const others = filter.labels?.filter((one) => one.labelId !== labelId) ?? []
    const next = is ? [...others, { labelId, is }] : others
    ui.set({ filter: { ...filter, labels: next.length > 0 ? next : undefined }, cursor: 0, selection: new Set() })
  }

  return (
    <aside
      id="panel-labels"
      aria-label={texts.labels.title}
      className="relative flex shrink-0 flex-col border-r border-line bg-surface"
      style={{ width }}
    >
      <header className="flex h-12 shrink-0 items-center justify-between border-b border-line pr-2 pl-4">
        <h2 className="m-0 text-sm font-semibold">
          {texts.labels.title} <span className="font-normal text-muted tabular-nums">{labels.length}</span>
        </h2>
        <IconButton label={texts.labels.add} onClick={() => editLabel(null)}>
          <Plus size={16} aria-hidden />
        </IconButton>
      </header>
      <SortableLabels labels={labels}>
        {(label, handle) => (
          <LabelLine
            label={label}
            depth={depths.get(label.id) ?? 0}
            handle={handle}
            shortcut={keys.get(label.id)}
            condition={conditions.get(label.id)}
            onShow={(is) => show(label.id, is)}
          />
        )}
      </SortableLabels>
      <PanelEdge panel="labels" label={texts.panels.labels} side="right" />
    </aside>
  )
}

const conditionsInOrder = ['present', 'suggested', 'unknown', 'absent'] as const

function LabelLine({
  label,
  depth,
  handle,
  shortcut,
  condition,
  onShow,
}: {
  label: Label
  /** How far it is indented. */
  depth: number
  handle: ReactNode
  shortcut: string | undefined
  condition: Condition['is'] | undefined
  onShow: (is: Condition['is'] | null) => void
}) {
  return (
    <div className={`group relative rounded-md ${condition ? 'bg-accent-soft' : 'hover:bg-canvas'}`}>
      <div className="flex h-8 items-center gap-1 pr-1">
        {handle}
        <button
          type="button"
          aria-expanded={condition !== undefined}
          title={label.description ? `${label.name}\n${label.description}` : texts.labels.filterBy(label.name)}
          onClick={() => onShow(condition ? null : 'present')}
          className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-md text-left"
          style={{ paddingLeft: 14 + 12 * Math.min(depth, 4) }}
        >
          <Dot colour={label.colour} />
          <Name className="flex-1">{label.name}</Name>
          <Count state="present" count={label.presentCount} />
          <Count state="absent" count={label.absentCount} />
        </button>
        <IconButton
          label={texts.labels.edit(label.name)}
          className="size-6 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
          onClick={() => editLabel(label.id)}
        >
          <Pencil size={12} aria-hidden />
        </IconButton>
        <span className="flex w-5 justify-center">{shortcut && <Kbd keys={keyName(shortcut)} />}</span>
      </div>
      {condition && (
        <div className="flex flex-wrap gap-1 px-2 pb-2">
          {conditionsInOrder.map((is) => (
            <button
              key={is}
              type="button"
              aria-pressed={condition === is}
              onClick={() => onShow(is)}
              className={`flex h-6 items-center gap-1 rounded-full border px-2 text-xs ${
                condition === is ? 'border-accent bg-surface font-medium' : 'border-transparent hover:bg-surface'
              }`}
            >
              <StateIcon state={is} size={11} /> {texts.states[is]}
            </button>
          ))}
          <button
            type="button"
            onClick={() => openLabelByLabel(label.id)}
            className="flex h-6 items-center gap-1 rounded-full border border-transparent px-2 text-xs hover:bg-surface"
          >
            <LayoutGrid size={11} strokeWidth={2.5} aria-hidden /> {texts.labelByLabel.title}
          </button>
        </div>
      )}
    </div>
  )
}

const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })

/** Abbreviated from 10,000 on, to leave room for the label's name. */
function Count({ state, count }: { state: Side; count: number }) {
  const Icon = state === 'present' ? Check : Minus
  return (
    <span
      title={`${texts.states[state]}: ${count.toLocaleString()}`}
      className={`flex items-center gap-0.5 text-xs tabular-nums ${state === 'present' ? 'text-present' : 'text-absent'}`}
    >
      <Icon size={11} strokeWidth={3} aria-hidden />
      <span className="sr-only">{texts.states[state]}</span>
      {count < 10_000 ? count.toLocaleString() : short.format(count)}
    </span>
  )
}
