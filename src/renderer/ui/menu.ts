/** The styles of a menu: its frame, an entry, and the line between groups. */
export const menuFrame = 'min-w-56 rounded-lg border border-line bg-raised p-1 shadow-float outline-none'
export const menuItem =
  'flex cursor-default items-center justify-between gap-8 rounded px-2.5 py-1.5 outline-none data-highlighted:bg-sunken'
export const menuLine = 'mx-2 my-1 h-px bg-line'
