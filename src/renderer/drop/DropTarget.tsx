import { FileDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { pathsOfDrop } from '../bridge/dropPaths.ts'
import { useProject } from '../state/queries.ts'
import { notifyError } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import type { Dropped } from './plan.ts'
import { takeThings } from './take.ts'

/** `dragover` repeats while something is held over the window; after this time without one, it has left. Milliseconds. */
const goneAfter = 1000

/** Covers the window while something is dragged over it. Keyboard users have the dialogs for the same. */
export function DropTarget() {
  const [isOver, setOver] = useState(false)
  const { data: project } = useProject()

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const gone = (): void => {
      clearTimeout(timer)
      setOver(false)
    }
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return
      // Otherwise the browser would navigate to the file.
      event.preventDefault()
      event.dataTransfer.dropEffect = 'copy'
      setOver(true)
      clearTimeout(timer)
      timer = setTimeout(gone, goneAfter)
    }
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) gone()
    }
    const drop = (event: DragEvent): void => {
      gone()
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      void take(event.dataTransfer).catch(notifyError)
    }
    // `dragenter` counts too: an element that appears under the pointer just before a drop may get no `dragover`.
    window.addEventListener('dragenter', over)
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('dragenter', over)
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [])

  if (!isOver) return null
  return (
    <div aria-hidden className="pointer-events-none fixed inset-0 z-60 flex bg-canvas/70 p-3">
      <div className="flex flex-1 items-center justify-center rounded-2xl border-2 border-dashed border-accent">
        <div className="flex flex-col items-center gap-2 rounded-xl bg-raised px-10 py-8 text-center shadow-float">
          <FileDown size={36} className="text-accent" />
          <p className="m-0 text-lg font-semibold">{project ? texts.drop.overProject : texts.drop.overStart}</p>
          <p className="m-0 text-muted">{project ? texts.drop.overProjectHint : texts.drop.overStartHint}</p>
        </div>
      </div>
    </div>
  )
}

async function take({ items, files }: DataTransfer): Promise<void> {
  // Everything is read now, because the browser discards it after this event.
  const kept = [...files]
  const folders = [...items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry()?.isDirectory)
  const paths = pathsOfDrop()
  const places = await paths
  const things = kept.map(
    ({ name, size }, at): Dropped => ({ name, size, isFolder: folders[at] === true, path: places[at] || null }),
  )
  await takeThings(things, kept[0])
}
