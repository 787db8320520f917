import type { DecisionColumns } from '../domain/decision.ts'
import type { StoredFilter, StoredSort } from '../domain/imageFilter.ts'
import type { ProjectMatrix } from '../domain/labelMatrix.ts'
import type { Model } from '../domain/model.ts'
import type { ImageId } from '../domain/quantities.ts'

/** What this room needs of a project; an open project file provides it. */
export interface PairProject {
  /** The folder with the models' scores; an absolute path. */
  readonly cacheFolder: string
  readonly images: { ids(filter: StoredFilter, sort: StoredSort): Int32Array }
  readonly disputes: { images(): ReadonlySet<ImageId> }
  readonly states: {
    /** Resolves once all states are in memory. */
    matrix(): Promise<ProjectMatrix>
    /** The matrix, if it is already in memory. */
    readonly loadedMatrix: ProjectMatrix | undefined
    decisions(): Promise<DecisionColumns>
  }
  readonly models: { get(id: number): Model | undefined; current(): Model | undefined }
}
