import type { DecisionColumns } from '../domain/decision.ts'
import type { StoredFilter, StoredSort } from '../domain/imageFilter.ts'
import type { ProjectMatrix } from '../domain/labelMatrix.ts'
import type { Model } from '../domain/model.ts'
import type { ImageId } from '../domain/quantities.ts'

/** What is asked of a project here; an open project file answers it. */
export interface PairProject {
  /** Where the models' scores lie, absolute. */
  readonly cacheFolder: string
  readonly images: { ids(filter: StoredFilter, sort: StoredSort): Int32Array }
  readonly disputes: { images(): ReadonlySet<ImageId> }
  readonly states: {
    /** All states in memory; waits until they are. */
    matrix(): Promise<ProjectMatrix>
    /** The matrix, once it is in memory. */
    readonly loadedMatrix: ProjectMatrix | undefined
    decisions(): Promise<DecisionColumns>
  }
  readonly models: { get(id: number): Model | undefined; current(): Model | undefined }
}
