import type { DialogName } from '../state/dialog.ts'
import { texts } from '../texts/index.ts'

/** One item dropped into the window. */
export interface Dropped {
  name: string
  isFolder: boolean
  /** Its path; null in a browser, which doesn't reveal it. */
  path: string | null
  /** Bytes. */
  size: number
}

/** What to do with it. */
export type Plan =
  | { kind: 'open'; path: string }
  | { kind: 'dialog'; dialog: DialogName; path: string | null; note: string | null }
  /** Its contents are uploaded, then imported. */
  | { kind: 'receive' }
  | { kind: 'refuse'; message: string; hint: string }

const words = texts.drop
const imageEndings = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|heif)$/i

/** The same as `largestReceived` of the main process: the limit of one message. */
const largestReceived = 24 * 1024 * 1024

/**
 * @param labelEndings extensions of files with labels, without the dot
 * @param recent paths of recently opened projects
 */
export function planOf(
  things: readonly Dropped[],
  {
    inProject,
    labelEndings,
    recent,
  }: { inProject: boolean; labelEndings: readonly string[]; recent: readonly string[] },
): Plan {
  const [thing] = things
  if (!thing) return { kind: 'refuse', message: words.nothing, hint: words.usable }
  const { name, isFolder, path, size } = thing
  if (things.length > 1) return several(things)
  const ask = (dialog: DialogName, place: string | null, note: string): Plan => ({
    ...{ kind: 'dialog', dialog, path: path ?? place },
    note: path === null ? note : null,
  })
  if (isFolder) {
    return inProject
      ? ask('import', null, words.importFolder(name))
      : ask('new-project', null, words.chooseFolder(name))
  }
  if (/\.surmise$/i.test(name)) {
    if (path !== null) return { kind: 'open', path }
    // A recently opened project of the same name is most likely this one.
    const same = recent.filter((one) => one.split(/[\\/]/).at(-1) === name)
    return ask('open-project', same.length === 1 ? same[0] : null, words.chooseProject(name))
  }
  if (labelEndings.some((ending) => name.toLowerCase().endsWith(`.${ending}`))) {
    if (!inProject) return { kind: 'refuse', message: words.noProject(name), hint: words.noProjectHint }
    if (path === null && size <= largestReceived) return { kind: 'receive' }
    return ask('import', null, words.tooLarge(name))
  }
  if (imageEndings.test(name)) return image(name, inProject)
  if (/\.onnx$/i.test(name)) return { kind: 'refuse', message: words.model(name), hint: words.modelHint }
  return { kind: 'refuse', message: words.unknown(name), hint: words.usable }
}

function several(things: readonly Dropped[]): Plan {
  const areImages = things.every(({ name, isFolder }) => !isFolder && imageEndings.test(name))
  return { kind: 'refuse', message: areImages ? words.images : words.several, hint: areImages ? words.imageHint : '' }
}

function image(name: string, inProject: boolean): Plan {
  return { kind: 'refuse', message: words.image(name), hint: inProject ? words.imageHint : words.imageFolder }
}
