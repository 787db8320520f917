import type { ImagesTable } from './images/images.ts'
import type { LabelsTable } from './labels/labels.ts'
import type { ModelsTable } from './models.ts'
import type { Project } from './project.ts'
import type { SettingsTable } from './settings.ts'
import type { History } from './states/history.ts'
import type { StatesTable } from './states/states.ts'

/**
 * An open project for whoever only looks: no method of it writes. What lists, counts, exports or explains takes this; what
 * writes takes a `Project`, and so says that it does.
 */
export interface ReadableProject
  extends Omit<
    Project,
    'edit' | 'editLarge' | 'relocateRoot' | 'close' | 'settings' | 'images' | 'labels' | 'states' | 'models' | 'history'
  > {
  readonly settings: Omit<SettingsTable, 'set'>
  readonly images: Omit<ImagesTable, 'applyScan'>
  readonly labels: Omit<LabelsTable, 'add' | 'update' | 'remove' | 'reorder'>
  readonly states: Omit<StatesTable, 'set' | 'follow'>
  readonly models: Omit<ModelsTable, 'add' | 'setCurrent'>
  readonly history: Omit<History, 'undo' | 'redo'>
}
