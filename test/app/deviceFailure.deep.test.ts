import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, vi } from 'vitest'
import { startEmbedding, startTraining } from '../../src/main/app/training/training.ts'
import { softwareVulkan, testWithVulkan } from '../softwareVulkan.ts'
import { pictureProject } from './support.ts'

afterEach(() => vi.unstubAllEnvs())

testWithVulkan(
  'a device that brings the compute process down is dropped, and the next goes on from its checkpoint',
  async () => {
    for (const [name, value] of Object.entries(softwareVulkan)) vi.stubEnv(name, value)
    const { workspace, names } = await pictureProject(12)
    const { project, context } = workspace
    const notices: string[] = []
    const events = context.events.subscribe()
    void (async () => {
      for await (const event of events) if (event.kind === 'notice') notices.push(event.message)
    })()
    const changes = names.flatMap((name, i) =>
      project.labels.list().map(({ id }, side) => ({
        imageId: project.images.byPath(name)!.id,
        labelId: id,
        state: i % 2 === side ? (1 as const) : (-1 as const),
      })),
    )
    project.states.set(changes, { title: 'Mark all' })
    await startEmbedding(workspace, { device: 'cpu' }).done

    const job = await startTraining(workspace, { device: 'webgpu', unfreeze: 'none' })
    const kept = path.join(project.cacheFolder, 'checkpoints')
    const isKept = () =>
      existsSync(kept) &&
      readdirSync(kept, { recursive: true, encoding: 'utf8' }).some((name) =>
        /-webgpu.*network-0\.checkpoint$/.test(name),
      )
    while (!isKept() && context.jobs.get(job.id)!.state === 'running') await wait(5)
    process.kill(context.compute.pid!, 'SIGKILL')

    const model = await job.done
    expect(model).toMatchObject({ device: 'cpu', resumed: true, current: true })
    expect(notices.at(-1)).toBe('WebGPU can’t be used: it crashed the compute process. Surmise continues on the CPU.')
    expect(existsSync(kept)).toBe(false)
    // Until the program ends, it is not tried again.
    await expect(context.devices.choose('webgpu')).rejects.toMatchObject({ code: 'device-failed' })
    await events.return()
  },
)
