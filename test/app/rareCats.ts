import { setMarks } from '../../src/main/app/marks/marks.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { scored } from './scored.ts'
import { newApplication } from './support.ts'

/**
 * A thousand images and three labels. Dog is common, and its model good; cat is rare, and its model knows little: it takes all of
 * its images for absent ones. Of sun only a few are known. 400 images are known, of the others the truth is here alone.
 */
const images = 1000
export const known = 400
const isDog = (i: number): boolean => i % 2 === 0
export const isCat = (i: number): boolean => i % 40 === 7
const isSun = (i: number): boolean => i % 5 === 1

export async function rareCats(application = newApplication()): Promise<Workspace> {
  const p = (i: number): number[] => {
    const spread = (i % 17) / 1000
    // One in fifty of what looks like a dog is none: on both sides, known and unknown alike.
    const dog = i % 100 === 13 ? 0.9 : isDog(i) ? 0.97 + spread : 0.02 - spread
    return [dog, 0.03 + spread, isSun(i) ? 0.98 : 0.02]
  }
  const workspace = await scored(
    application,
    Array.from({ length: images }, (_, i) => p(i)),
  )
  const ids = workspace.project.images.ids({}, { by: 'added' })
  const marks = Array.from({ length: known }, (_, i) =>
    [isDog(i), isCat(i), isSun(i)].flatMap((is, label) =>
      label === 2 && i >= 30 ? [] : [{ imageId: ids[i], labelId: label + 1, state: is ? (1 as const) : (-1 as const) }],
    ),
  )
  await setMarks(workspace, marks.flat())
  return workspace
}
