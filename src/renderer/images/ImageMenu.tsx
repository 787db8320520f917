import { ContextMenu } from '@base-ui/react/context-menu'
import type { ReactElement } from 'react'
import { ActionEntry } from '../actions/ActionEntry.tsx'
import { menuFrame, menuLine } from '../ui/menu.ts'

/** Gives what it wraps a context menu for the image at hand: by right click, long press or the menu key. */
export function ImageMenu({ entries = [], children }: { entries?: readonly string[]; children: ReactElement }) {
  const entry = (id: string) => <ActionEntry key={id} id={id} />
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger render={children} />
      <ContextMenu.Portal>
        <ContextMenu.Positioner className="z-40">
          <ContextMenu.Popup className={menuFrame}>
            {entries.map(entry)}
            {entries.length > 0 && <ContextMenu.Separator className={menuLine} />}
            {['copy-image', 'copy-path', 'reveal'].map(entry)}
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  )
}
