import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core'
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable'
import { CSS } from '@dnd-kit/utilities'
import { GripVertical } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import type { Label } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { keys, queryClient } from '../state/queries.ts'
import { notifyError } from '../state/ui.ts'
import { texts } from '../texts/index.ts'

const words = texts.labels

/** The labels as a list that can be reordered by dragging handles or by keyboard. */
export function SortableLabels({
  labels,
  children,
}: {
  labels: readonly Label[]
  children: (label: Label, handle: ReactNode) => ReactNode
}) {
  const sensors = useSensors(
    // A click isn't a drag.
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  )
  const ids = useMemo(() => labels.map(({ id }) => id), [labels])
  const place = (id: number | string): number => ids.indexOf(Number(id))
  const name = (id: number | string): string => labels[place(id)]?.name ?? ''
  const announcements: Announcements = {
    onDragStart: ({ active }) => words.moving.lifted(name(active.id)),
    onDragOver: ({ active, over }) =>
      over ? words.moving.over(name(active.id), place(over.id) + 1, ids.length) : undefined,
    onDragEnd: ({ active, over }) =>
      over ? words.moving.dropped(name(active.id), place(over.id) + 1, ids.length) : words.moving.left(name(active.id)),
    onDragCancel: ({ active }) => words.moving.left(name(active.id)),
  }
  const drop = ({ active, over }: DragEndEvent): void => {
    if (over && active.id !== over.id) void reorder(arrayMove([...labels], place(active.id), place(over.id)))
  }

  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      accessibility={{ announcements, screenReaderInstructions: { draggable: words.moveHint } }}
      onDragEnd={drop}
    >
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ul className="m-0 min-h-0 flex-1 list-none overflow-auto p-1.5">
          {labels.map((label) => (
            <SortableLabel key={label.id} label={label}>
              {children}
            </SortableLabel>
          ))}
          {labels.length === 0 && <li className="px-3 py-6 text-center text-muted">{words.none}</li>}
        </ul>
      </SortableContext>
    </DndContext>
  )
}

function SortableLabel({
  label,
  children,
}: {
  label: Label
  children: (label: Label, handle: ReactNode) => ReactNode
}) {
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id: label.id,
  })
  const handle = (
    <button
      type="button"
      ref={setActivatorNodeRef}
      {...attributes}
      {...listeners}
      aria-label={words.move(label.name)}
      className="absolute top-0 left-0 inline-flex h-8 w-3.5 cursor-grab items-center justify-center rounded text-muted opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
    >
      <GripVertical size={12} aria-hidden />
    </button>
  )
  return (
    <li
      ref={setNodeRef}
      className={isDragging ? 'relative z-10 rounded-md bg-raised shadow-float' : undefined}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      {children(label, handle)}
    </li>
  )
}

/** Shows the new order at once, and reverts it if it can't be saved. */
async function reorder(labels: Label[]): Promise<void> {
  const before = queryClient.getQueryData<Label[]>(keys.labels)
  queryClient.setQueryData<Label[]>(keys.labels, labels)
  try {
    await client.labels.reorder({ ids: labels.map(({ id }) => id) })
  } catch (error) {
    queryClient.setQueryData(keys.labels, before)
    notifyError(error)
  }
}
