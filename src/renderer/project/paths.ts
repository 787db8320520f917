/**
 * Paths on the machine that the program runs on, as text. The browser may be on another machine, so the kind of path has to be read
 * from the path itself.
 */

/** `/`, `C:\` or `\\server\share\` */
const root = /^(?:[a-z]:\\?|\\\\[^\\]+\\[^\\]+\\?|\/)/i

export interface Crumb {
  name: string
  path: string
}

function separatorOf(path: string): string {
  return /^(?:[a-z]:|\\\\)/i.test(path) ? '\\' : '/'
}

/** From the top down to the path itself. */
export function crumbsOf(path: string): Crumb[] {
  const top = root.exec(path)?.[0] ?? ''
  const crumbs: Crumb[] = top === '' ? [] : [{ name: top, path: top }]
  for (const name of partsOf(path.slice(top.length), separatorOf(path))) {
    crumbs.push({ name, path: joinPath(crumbs.at(-1)?.path ?? '', name) })
  }
  return crumbs
}

export function joinPath(folder: string, name: string): string {
  const separator = separatorOf(folder)
  return folder === '' || folder.endsWith(separator) ? folder + name : folder + separator + name
}

/** The last component. */
export function baseName(path: string): string {
  return crumbsOf(path).at(-1)?.name ?? ''
}

/** Null at the top. */
export function parentOf(path: string): string | null {
  return crumbsOf(path).at(-2)?.path ?? null
}

/** The default place for a project file: beside the image folder, because nothing inside that is changed. */
export function suggestedProjectPath(imagesRoot: string, homeFolder: string): string {
  const crumbs = crumbsOf(imagesRoot.trim())
  if (crumbs.length < 2) return ''
  const folder = crumbs.at(-1)!
  const beside = crumbs.at(-2)!
  // People can rarely write beside the home folder or at the root of a disk.
  const inside = crumbs.length === 2 || folder.path === crumbsOf(homeFolder).at(-1)?.path
  return joinPath(inside ? folder.path : beside.path, `${folder.name}.surmise`)
}

function partsOf(text: string, separator: string): string[] {
  return text.split(separator === '\\' ? /[\\/]/ : '/').filter((part) => part !== '')
}
