import { labelRecords } from '../../src/main/app/exchange/exporting.ts'
import type { ImportTarget } from '../../src/main/exchange/plan/plan.ts'
import type { ExportSource } from '../../src/main/exchange/records.ts'
import { labelNameKey, labelNameOf } from '../../src/main/project/labels/name.ts'
import type { Project } from '../../src/main/project/project.ts'
import type { ProjectSnapshot } from '../../src/main/project/states/snapshot.ts'

/* The rows of project/ go out, and the plans of exchange/ come in, as they are: this is all that lies between the rooms. */

export function sourceOf(project: Project, snapshot: ProjectSnapshot): ExportSource {
  const { labels, models, changedAt } = snapshot
  return {
    project: {
      uuid: project.uuid,
      name: project.name,
      imageFolder: 'photos',
      changedAt: changedAt ?? project.createdAt,
    },
    labels: labelRecords(labels),
    models,
    images: ({ readable, states }) => snapshot.images({ status: readable ? ['ok'] : ['missing', 'broken'], states }),
  }
}

export async function targetOf(project: Project): Promise<ImportTarget> {
  const matrix = await project.states.matrix()
  return {
    labels: project.labels.list(),
    images: function* () {
      for (const { id, uid, path, sha256, status } of project.images.known()) {
        yield { id, uid, path, sha256, available: status !== 'missing' }
      }
    },
    stateOf: (imageId, labelId) => matrix.get(imageId, labelId),
    labelNameOf,
    labelNameKey,
  }
}
