import { viewToday } from '../../contract/oldWords.ts'
import type { ImageFilter, ImageSort, ProjectSummary } from '../../contract/schemas.ts'
import { keys, queryClient } from './queries.ts'
import { remember, remembered } from './remembered.ts'
import { grid, openImageId } from './screen.ts'
import { type Ui, useUi } from './ui.ts'

/** Where somebody was in a project, so that they can continue there when they reopen it. */
interface Place {
  filter: ImageFilter
  sort: ImageSort
  cursor: number
  imageId: number | null
}

const keyOf = (project: string): string => `place.${project}`
/** Long enough that stepping through images writes nothing, short enough that closing the window loses little. */
const afterwards = 500

/** @param project its uuid */
export function returnToPlace(project: string): void {
  const place = viewToday(remembered<Place | null>(keyOf(project), null))
  if (!place) return
  const { imageId, ...others } = place
  useUi.setState({ ...others, screen: imageId === null ? grid : { kind: 'image', imageId, over: grid } })
}

/** @returns a function that stops it */
export function rememberPlace(project: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest: Place | undefined
  const write = (): void => {
    clearTimeout(timer)
    if (latest) remember(keyOf(project), latest)
    latest = undefined
  }
  const isSame = (a: Ui, b: Ui): boolean =>
    a.filter === b.filter &&
    a.sort === b.sort &&
    a.cursor === b.cursor &&
    openImageId(a.screen) === openImageId(b.screen)
  const stop = useUi.subscribe((now, before) => {
    // Closing a project resets all of this; that isn't a place to remember.
    const isOpen = queryClient.getQueryData<ProjectSummary | null>(keys.project)?.uuid === project
    if (!isOpen || isSame(now, before)) return
    const { filter, sort, cursor, screen } = now
    latest = { filter, sort, cursor, imageId: openImageId(screen) }
    clearTimeout(timer)
    timer = setTimeout(write, afterwards)
  })
  window.addEventListener('pagehide', write)
  return () => {
    stop()
    write()
    window.removeEventListener('pagehide', write)
  }
}
