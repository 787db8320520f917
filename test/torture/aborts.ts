import { existsSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { UserError } from '../../src/main/base/errors.ts'
import { thumbnailPath } from '../../src/main/images/thumbnails.ts'
import { absolutePath } from '../../src/main/images/walk.ts'

/**
 * The compute process is aborted so many times in the middle of a task, as a native library does it; each time somebody marks, and
 * the next task is done.
 * @returns what is wrong
 */
export async function computeAborts(workspace: Workspace, count: number): Promise<string[]> {
  const { context, project } = workspace
  const problems: string[] = []
  const images = [...project.images.known()]
  const [label] = project.labels.list()
  const thumbnail = ({ path, sha256 }: { path: string; sha256: string | null }) =>
    context.compute.run('thumbnail', {
      ...{ path: absolutePath(project.imagesRoot, path), sha256: sha256!, cacheFolder: project.cacheFolder },
    })
  await thumbnail(images[0])
  for (let i = 0; i < count; i++) {
    const image = images[i % images.length]
    rmSync(thumbnailPath(project.cacheFolder, image.sha256!), { force: true })
    const running = thumbnail(image).then(
      () => undefined,
      (error) => error,
    )
    process.kill(context.compute.pid!, 'SIGABRT')
    const state = i % 2 === 0 ? 1 : -1
    project.states.set([{ imageId: image.id, labelId: label.id, state }], { title: `Mark ${i}` })
    const error = await running
    const isSentence = error instanceof UserError && error.code === 'compute-crashed' && error.hint !== ''
    if (!isSentence) problems.push(`abort ${i + 1}: the task ended with ${error}`)
    // A task that comes while the process dies is told so too; the next one starts it anew.
    for (let attempt = 0; attempt < 3; attempt++) {
      const failed = await thumbnail(image).catch((cause) => cause)
      if (typeof failed === 'string') break
      await wait(50)
    }
    if (!existsSync(thumbnailPath(project.cacheFolder, image.sha256!))) problems.push(`abort ${i + 1}: no thumbnail`)
    if (project.states.ofImage(image.id).find(({ labelId }) => labelId === label.id)?.state !== state)
      problems.push(`abort ${i + 1}: the mark is lost`)
  }
  problems.push(...(await project.check()))
  return problems
}
