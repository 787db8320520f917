import { viewToday } from '../../../contract/oldWords.ts'
import { type SavedFilter, savedFilter } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import type { Project } from '../../project/project.ts'

/** The saved filters, by name. One from another version that can't be read is left out, but stays in the project. */
export function savedFilters(project: Project): SavedFilter[] {
  return project.settings
    .get('filters')
    .flatMap((stored) => savedFilter.safeParse(viewToday(stored)).data ?? [])
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** Saves a filter, replacing one of the same name. @throws UserError `project-read-only` */
export function saveFilter(project: Project, saved: SavedFilter): SavedFilter[] {
  const name = saved.name.normalize('NFC')
  const { filter, sort } = saved
  write(project, [...others(project, name), { name, filter, sort }])
  return savedFilters(project)
}

/** @throws UserError `filter-unknown`, `filter-name-taken`, `project-read-only` */
export function renameFilter(project: Project, name: string, to: string): SavedFilter[] {
  const next = to.normalize('NFC')
  const found = requireSaved(project, name)
  if (next === name) return savedFilters(project)
  if (savedFilters(project).some((one) => one.name === next)) {
    throw new UserError('filter-name-taken', `A saved filter named “${next}” already exists.`, 'Choose another name.')
  }
  write(project, [...others(project, name), { ...found, name: next }])
  return savedFilters(project)
}

/** @throws UserError `filter-unknown`, `project-read-only` */
export function removeFilter(project: Project, name: string): SavedFilter[] {
  requireSaved(project, name)
  write(project, others(project, name))
  return savedFilters(project)
}

type Stored = ReturnType<typeof others>[number]

function others(project: Project, name: string) {
  return project.settings.get('filters').filter((one) => one.name !== name)
}

function requireSaved(project: Project, name: string): Stored {
  const found = project.settings.get('filters').find((one) => one.name === name)
  if (found) return found
  throw new UserError('filter-unknown', `There is no saved filter “${name}”.`, 'Choose one from the list.')
}

function write(project: Project, filters: readonly Stored[]): void {
  // Drops properties that are undefined.
  project.settings.set({ filters: JSON.parse(JSON.stringify(filters)) })
}
