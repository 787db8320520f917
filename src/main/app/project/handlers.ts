import { configure } from '../backbones/backbones.ts'
import { requireAbsolute } from '../program/browse.ts'
import type { Surroundings } from '../surroundings.ts'
import { backupsOf } from './backups.ts'
import { startScan } from './scanning.ts'
import { summaryOf } from './summary.ts'

/** Handlers for the open project and its backups. */
export const projectHandlers = ({ app, jobs, os, workspace }: Surroundings) => ({
  project: {
    current: os.project.current.handler(() => (app.workspace ? summaryOf(app.workspace) : null)),
    create: os.project.create.handler(async ({ input, signal }) => {
      const places = { path: requireAbsolute(input.path), imagesRoot: requireAbsolute(input.imagesRoot) }
      // A path relative to where the program happened to be started wouldn't be found next time.
      if (input.backbone?.includes('.onnx')) requireAbsolute(input.backbone)
      return summaryOf((await app.createAndScan({ ...input, ...places }, signal)).workspace)
    }),
    open: os.project.open.handler(async ({ input: { path, readOnly } }) =>
      summaryOf(await app.open(requireAbsolute(path), { readOnly })),
    ),
    sample: os.project.sample.handler(async ({ input }) => {
      return summaryOf(await app.sample(input.folder === undefined ? undefined : requireAbsolute(input.folder)))
    }),
    close: os.project.close.handler(() => app.close()),
    rescan: os.project.rescan.handler(() => {
      const running = jobs.running('scan')
      return { jobId: running?.id ?? startScan(workspace()).id }
    }),
    relocate: os.project.relocate.handler(async ({ input }) => {
      await workspace().moveImages(requireAbsolute(input.imagesRoot))
      startScan(workspace())
      return summaryOf(workspace())
    }),
    allowImages: os.project.allowImages.handler(async ({ input }) => {
      const asked = workspace()
      // The answer applies only to the folder in the question.
      if (asked.project.imagesRoot === input.imagesRoot) await asked.allowImages()
      return summaryOf(asked)
    }),
    configure: os.project.configure.handler(async ({ input, signal }) => {
      await configure(workspace(), input, signal)
      return summaryOf(workspace())
    }),
  },
  backups: {
    list: os.backups.list.handler(({ input }) =>
      backupsOf(input.path === undefined ? workspace().project.path : requireAbsolute(input.path)),
    ),
    make: os.backups.make.handler(async () => ({ name: await workspace().backups.make() })),
    restore: os.backups.restore.handler(async ({ input: { name, path } }) =>
      summaryOf(await app.restore(name, path === undefined ? undefined : requireAbsolute(path))),
    ),
  },
})
