import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { startTraining } from '../../src/main/app/training/training.ts'
import { minGain } from '../../src/main/training/lastStage/tune.ts'
import { pictureProject } from './support.ts'

test('the last stage: its cost is said before, and what came of it after; the CPU does it only when asked', async () => {
  const { workspace, names } = await pictureProject(16)
  const { project, context } = workspace
  const changes = names.slice(0, 8).flatMap((name, i) =>
    [1, 2].map((labelId, side) => ({
      ...{ imageId: project.images.byPath(name)!.id, labelId },
      state: i % 2 === side ? (1 as const) : (-1 as const),
    })),
  )
  project.states.set(changes, { title: 'Mark some' })
  const notices: string[] = []
  const events = context.events.subscribe()
  void (async () => {
    for await (const event of events) if (event.kind === 'notice') notices.push(event.message)
  })()

  const usual = await startTraining(workspace, { device: 'cpu' })
  expect((await usual.done).lastStage).toBeNull()
  expect(existsSync(path.join(project.cacheFolder, 'last-stage'))).toBe(false)
  expect(notices).toEqual([])

  const job = await startTraining(workspace, { device: 'cpu', unfreeze: 'last' })
  const { lastStage, metrics } = await job.done
  expect(notices).toEqual([
    expect.stringMatching(
      /^Training the backbone’s last stage, 2\.0 million weights, takes about \d+ (s|minutes?) on the CPU, and \d+ MB of the disk\.$/,
    ),
  ])
  expect(lastStage!.kept).toBe(lastStage!.tuned - lastStage!.frozen >= minGain)
  expect(metrics).toMatchObject({ lastStage })
  const outcome = lastStage!.kept ? 'last stage was trained too' : 'last stage didn’t help enough'
  expect(context.jobs.get(job.id)!.outcome).toContain(outcome)
  await events.return()
})
