import { rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { projectSummary } from '../../src/contract/schemas.ts'
import { setMarks } from '../../src/main/app/marks/marks.ts'
import { modelReport } from '../../src/main/app/models/modelPage.ts'
import { chooseModel, modelsOf } from '../../src/main/app/models/models.ts'
import { summaryOf } from '../../src/main/app/project/summary.ts'
import { startEmbedding, startTraining } from '../../src/main/app/training/training.ts'
import type { Workspace } from '../../src/main/app/workspace.ts'
import { pictureProject } from './support.ts'

/** Even pictures are bright on the left. Marks so many of each. */
function markSome({ project }: Workspace, names: string[], count: number): void {
  const labels = project.labels.list()
  const changes = names.slice(0, count).flatMap((name, i) => {
    const imageId = project.images.byPath(name)!.id
    return labels.map(({ id }, side) => ({
      imageId,
      labelId: id,
      state: i % 2 === side ? (1 as const) : (-1 as const),
    }))
  })
  project.states.set(changes, { title: 'Mark some' })
}

const running = async (workspace: Workspace, phase: string) => {
  while (!workspace.context.jobs.list().some((job) => job.state === 'running' && job.phase.startsWith(phase)))
    await wait(5)
}

test('one click, while marking goes on; a second click, a cancel and a crash leave the model in place', async () => {
  const { application, workspace, names } = await pictureProject(24)
  const { project, context } = workspace
  await expect(startTraining(workspace, { device: 'abacus' })).rejects.toMatchObject({ code: 'device-unknown' })
  const hopeless = await startTraining(workspace)
  await expect(hopeless.done).rejects.toMatchObject({ code: 'too-few-labels', hint: expect.stringContaining('Mark') })
  expect(context.jobs.get(hopeless.id)).toMatchObject({ state: 'failed', error: { code: 'too-few-labels' } })
  // Said at once: no image has been looked at for it.
  expect(await startEmbedding(workspace).done).toMatchObject({ embedded: 24, alreadyThere: 0 })

  markSome(workspace, names, 12)
  const job = await startTraining(workspace, { seed: 3 })
  await expect(startTraining(workspace)).rejects.toMatchObject({ code: 'training-running' })
  await running(workspace, 'Training')
  const last = project.images.byPath(names[23])!.id
  await setMarks(workspace, [{ imageId: last, labelId: 1, state: 1 }])
  const model = await job.done
  expect(context.jobs.get(job.id)).toMatchObject({
    state: 'done',
    outcome: expect.stringMatching(/^2 labels learnt in [\d.]+ s/),
    device: { device: 'cpu', why: expect.stringMatching(/^(no supported GPU|faster than any GPU here)$/) },
  })
  expect(context.jobs.get(job.id)!.curve.length).toBeGreaterThan(0)
  const summary = projectSummary.parse(summaryOf(workspace))
  expect(summary.model).toMatchObject({
    id: model.id,
    usable: true,
    current: true,
    seed: 3,
    device: 'cpu',
    backbone: 'surmise-tiny',
  })
  expect(summary.model!.labels.map(({ labelId, present, absent }) => [labelId, present, absent])).toEqual([
    [1, 6, 6],
    [2, 6, 6],
  ])
  const scores = (await workspace.suggestions.current())!
  expect(scores.table.imageIds).toHaveLength(24)
  const right = names.slice(12, 23).filter((name, i) => {
    const id = project.images.byPath(name)!.id
    return scores.table.probability(id, 1) > 0.5 === ((i + 12) % 2 === 0)
  })
  expect(right.length).toBeGreaterThan(8)

  // Cancelled: the old model stays, and nothing is left of the new one.
  const second = await startTraining(workspace)
  await running(workspace, 'Training')
  context.jobs.cancel(second.id)
  await expect(second.done).rejects.toThrow()
  expect(context.jobs.get(second.id)).toMatchObject({ state: 'cancelled', error: null })
  expect(project.models.list().map(({ id }) => id)).toEqual([model.id])

  // The compute process dies: said in a sentence, and the next click works.
  const notices: string[] = []
  const events = context.events.subscribe()
  void (async () => {
    for await (const event of events) if (event.kind === 'notice') notices.push(event.message)
  })()
  const third = await startTraining(workspace)
  await running(workspace, 'Training')
  process.kill(context.compute.pid!, 'SIGKILL')
  await expect(third.done).rejects.toMatchObject({ code: 'compute-crashed' })
  expect(notices).toEqual([expect.stringContaining('crashed')])
  expect(project.models.current()!.id).toBe(model.id)

  // With a device that this system can't have, it says so, and goes on on the processor.
  const foreign = process.platform === 'win32' ? 'coreml' : 'dml'
  const fallen = await (await startTraining(workspace, { device: foreign, seed: 3 })).done
  expect(fallen.device).toBe('cpu')
  expect(notices.at(-1)).toMatch(/^(DirectML|Core ML) can’t be used: .* Surmise continues on the CPU\.$/)
  // Trained on the same, but for one mark: not worse, so it suggests now.
  expect(fallen.comparison).toMatchObject({ replaces: true, labels: { before: 2, after: 2 } })
  await events.return()

  expect(await modelReport(workspace, fallen.id)).toMatchObject({
    before: { id: model.id },
    labels: [{ learnt: true, change: { before: expect.any(Number) } }, { learnt: true }],
  })

  // The one of before is there still, and can be gone back to.
  expect(modelsOf(workspace).map(({ id, current, usable }) => ({ id, current, usable }))).toEqual([
    { id: fallen.id, current: true, usable: true },
    { id: model.id, current: false, usable: true },
  ])
  chooseModel(workspace, model.id)
  expect(summaryOf(workspace).model!.id).toBe(model.id)
  expect((await workspace.suggestions.current())!.model.id).toBe(model.id)
  expect(() => chooseModel(workspace, 99)).toThrow('There is no model 99')
  chooseModel(workspace, fallen.id)

  // Without its cache the project is whole; only the scores have to be made again.
  const { path: file, cacheFolder } = project
  await application.close()
  rmSync(cacheFolder, { recursive: true })
  const reopened = await application.open(file)
  expect(summaryOf(reopened).model).toMatchObject({ id: fallen.id, usable: false })
  expect(await reopened.suggestions.current()).toBeUndefined()
  expect(() => chooseModel(reopened, model.id)).toThrow('lost')
  expect(reopened.project.states.ofImage(last)).toMatchObject([{ labelId: 1, state: 1, source: 'human' }])
})
