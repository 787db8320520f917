import type { ReadableProject } from '../../project/readable.ts'

/** Beyond this a list is no help; people type the path instead. */
const mostFolders = 2000

/** What filters can choose from: every folder with images somewhere below it, and everyone who has made a decision. */
export async function filterChoices(project: ReadableProject): Promise<{ folders: string[]; people: string[] }> {
  const { origins } = await project.states.decisions()
  const folders = new Set<string>()
  for (const { path } of project.images.known()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at)
      if (folders.has(folder)) break
      folders.add(folder)
    }
    if (folders.size > mostFolders) break
  }
  const people = new Set(origins.flatMap(({ annotator }) => annotator ?? []))
  const compare = new Intl.Collator(undefined, { numeric: true }).compare
  return { folders: [...folders].slice(0, mostFolders).sort(compare), people: [...people].sort(compare) }
}
