/*
 * Projects and preferences outlive the names we give things. What earlier versions stored under another word is read as the word
 * of today; the old one is never written again.
 */

const sorts: Readonly<Record<string, string>> = { disagreeing: 'mistakes' }
const actions: Readonly<Record<string, string>> = { together: 'bulk', 'grid.review': 'grid.label-by-label' }

/** What an order of images is called today. */
export const sortToday = (by: string): string => sorts[by] ?? by

/** A stored view with the order as it is called today; anything else is returned as it is. */
export function viewToday<View>(view: View): View {
  const sort = (view as { sort?: { by?: unknown } } | null)?.sort
  return typeof sort?.by === 'string' ? { ...view, sort: { ...sort, by: sortToday(sort.by) } } : view
}

/** The id today of an action, or of a command of the palette: `review.confirm`, `review 3`, `sort disagreeing`. */
export function actionToday(id: string): string {
  const sorted = /^sort (.+)$/.exec(id)
  if (sorted) return `sort ${sortToday(sorted[1])}`
  return actions[id] ?? id.replace(/^review(?=[. ])/, 'label-by-label')
}
