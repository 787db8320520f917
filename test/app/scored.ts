import type { Application } from '../../src/main/app/application.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { findImages, type ImageFilter, type ImageSort } from '../../src/main/pairs/query.ts'
import { scoresFile, writeScores } from '../../src/main/suggestions/scores.ts'
import { scanned } from '../project/support.ts'
import { temporaryFolder } from './support.ts'

export const labelNames = ['dog', 'cat', 'sun']

/** A project with a model that gives these probabilities, image by image; images lie in two folders by turns. */
export async function scored(application: Application, probabilities: number[][]): Promise<Workspace> {
  const folder = temporaryFolder()
  const workspace = await application.create({ path: `${folder}/p.surmise`, imagesRoot: folder, labels: labelNames })
  const { project } = workspace
  const name = (i: number) => `${i % 2 === 0 ? '2020' : '2021'}/${String(i).padStart(4, '0')}.jpg`
  for (const [i] of probabilities.entries()) project.images.applyScan({ added: [scanned(name(i))] })
  await suggest(workspace, probabilities)
  return workspace
}

/** Another model takes over. */
export async function suggest({ project }: Workspace, probabilities: number[][]): Promise<void> {
  const labelIds = project.labels.list().map(({ id }) => id)
  const model = project.models.add(
    { kind: 'blend', backbone: 'x', seed: 0, device: 'cpu', metrics: {}, labelIds, file: null },
    { current: false },
  )
  await writeScores(scoresFile(project.cacheFolder, model.uid), {
    imageIds: project.images.ids({}, { by: 'added' }),
    labelIds: Int32Array.from(labelIds),
    probabilities: Float32Array.from(labelIds.flatMap((_, label) => probabilities.map((row) => row[label]))),
  })
  project.models.setCurrent(model.id)
}

/** The ids of the images that pass, in order: all of them. */
export async function queryImages(workspace: Workspace, filter: ImageFilter, sort: ImageSort): Promise<Int32Array> {
  return (await findImages(workspace, { filter, sort })).ids
}
