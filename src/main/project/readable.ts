import type { ImagesTable } from './images/images.ts'
import type { LabelsTable } from './labels/labels.ts'
import type { ModelsTable } from './models.ts'
import type { Project } from './project.ts'
import type { SettingsTable } from './settings.ts'
import type { History } from './states/history.ts'
import type { StatesTable } from './states/states.ts'
import type { TakenTable } from './takenTable.ts'

/**
 * A read-only view of an open project: none of its methods writes. Code that lists, counts, exports or explains takes this; code that
 * writes says so by taking a `Project`.
 */
export interface ReadableProject
  extends Omit<
    Project,
    | 'edit'
    | 'editLarge'
    | 'relocateRoot'
    | 'close'
    | 'settings'
    | 'taken'
    | 'images'
    | 'labels'
    | 'states'
    | 'models'
    | 'history'
  > {
  readonly settings: Omit<SettingsTable, 'set'>
  readonly taken: Omit<TakenTable, 'put' | 'remove'>
  readonly images: Omit<ImagesTable, 'applyScan'>
  readonly labels: Omit<LabelsTable, 'add' | 'update' | 'remove' | 'reorder'>
  readonly states: Omit<StatesTable, 'set' | 'follow'>
  readonly models: Omit<ModelsTable, 'add' | 'setCurrent'>
  readonly history: Omit<History, 'undo' | 'redo'>
}
