import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LabelStudioBackend } from '../../src/main/app/labelStudio/labelStudio.ts'
import { Learner } from '../../src/main/app/labelStudio/learning.ts'
import { startTraining as train } from '../../src/main/app/training/training.ts'
import { pictureProject, pictures, temporaryFolder } from '../app/support.ts'
import { labelConfig, predict, task } from './payloads/labelStudio.ts'

/** A trained project: even pictures are bright on the left, and the first fourteen are marked. */
async function trained() {
  const { workspace, names } = await pictureProject(24)
  const { project } = workspace
  const idOf = (i: number): number => project.images.byPath(names[i])!.id
  const states = Array.from({ length: 14 }, (_, i) =>
    [1, 2].map((labelId, side) => ({
      ...{ imageId: idOf(i), labelId },
      state: i % 2 === side ? (1 as const) : (-1 as const),
    })),
  )
  project.states.set(states.flat(), { title: 'Mark' })
  await (await train(workspace, { seed: 1, device: 'cpu' })).done
  const statesOf = (i: number) =>
    project.states.ofImage(idOf(i)).map(({ labelId, state, source, annotator, decidedAt }) => ({
      ...{ labelId, state, source, annotator, decidedAt },
    }))
  return { workspace, names, statesOf }
}

test('it learns: annotations become marks, corrections take them back, and training makes a new version', async () => {
  const { workspace, names, statesOf } = await trained()
  const lines: string[] = []
  const tell = (line: string) => void lines.push(line)
  const backend = await LabelStudioBackend.open(workspace, { learner: new Learner(workspace), tell })
  await backend.setup({ project: '3.17', schema: labelConfig, hostname: 'http://localhost:8080', access_token: 'x' })
  expect(lines).toEqual(['Label Studio offers labels that this project lacks: something else.'])
  const annotated = (i: number, choices: string[], more: object = {}, action = 'ANNOTATION_CREATED') =>
    backend.webhook({
      action,
      project: { id: 3 },
      task: { id: 7, data: { image: `/data/upload/3/0a1b2c3d-${names[i]}` } },
      annotation: {
        ...{ id: 5, task: 7, completed_by: 2, updated_at: '2026-01-15T10:30:00.5Z' },
        result: [{ from_name: 'choice', to_name: 'image', type: 'choices', value: { choices } }],
        ...more,
      },
    })
  const mark = { source: 'import', annotator: '2', decidedAt: Date.parse('2026-01-15T10:30:00.5Z') }
  // With its alias, and with one that is no label here.
  expect(await annotated(20, ['r', 'left', 'something else'])).toMatchObject({ marks: 2 })
  expect(statesOf(20)).toEqual([
    { labelId: 1, state: 1, ...mark },
    { labelId: 2, state: 1, ...mark },
  ])
  expect(lines.at(-1)).toContain('no label something else')
  expect(await annotated(20, ['left'], {}, 'ANNOTATION_UPDATED')).toMatchObject({ marks: 1 })
  expect(statesOf(20)).toEqual([{ labelId: 1, state: 1, ...mark }])
  expect(await annotated(21, ['r'], { was_cancelled: true })).toMatchObject({ marks: 0 })
  // What a person said here stays.
  expect(await annotated(0, ['r'])).toMatchObject({ marks: 0 })
  expect(lines.at(-1)).toContain('known to be the opposite')

  // Deleted there, one by one or several at once: Label Studio then sends numbers alone.
  for (const i of [21, 22, 23]) expect(await annotated(i, ['left'], { id: 100 + i })).toMatchObject({ marks: 1 })
  const gone = (action: string, annotations: object) => backend.webhook({ action, project: { id: 3 }, ...annotations })
  expect(await gone('ANNOTATION_DELETED', { annotation: { id: 121 } })).toMatchObject({ marks: 1 })
  expect(await gone('ANNOTATIONS_DELETED', { annotations: [{ id: 122 }, { id: 123 }] })).toMatchObject({ marks: 2 })
  expect([21, 22, 23].map(statesOf)).toEqual([[], [], []])
  expect(statesOf(20)).toHaveLength(1)

  const { job } = (await backend.webhook({ action: 'START_TRAINING' })) as { job: string }
  expect(backend.jobStatus({ job })).toEqual({ job_status: 'started' })
  await expect(backend.webhook({ action: 'START_TRAINING' })).rejects.toMatchObject({ code: 'training-running' })
  await vi.waitFor(() => expect(backend.jobStatus({ job })).toEqual({ job_status: 'finished' }), 60_000)
  const { models } = workspace.project
  expect(models.list()).toHaveLength(2)
  expect((await backend.versions()).versions).toEqual([expect.stringContaining(`surmise-${models.current()!.id}-`)])

  const deaf = await LabelStudioBackend.open(workspace)
  expect(await deaf.webhook({ action: 'START_TRAINING' })).toMatchObject({ detail: expect.stringContaining('Import') })
})

test('a personal access token is exchanged and renewed; pictures come side by side; the server is the one that connected', async () => {
  const { workspace } = await trained()
  const folder = temporaryFolder()
  await pictures(folder, 1)
  const picture = readFileSync(path.join(folder, '000.png'))
  const encoded = (part: string) => Buffer.from(part).toString('base64url')
  const jwt = (seconds: number, n: number) =>
    ['{}', JSON.stringify({ exp: Date.now() / 1000 + seconds, n }), 'x'].map(encoded).join('.')
  const personal = jwt(1e6, 0)
  let [renewed, current, inFlight, most] = [0, '', 0, 0]
  const studio = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.url === '/api/token/refresh/') {
      current = jwt(renewed === 0 ? 1 : 300, ++renewed)
      const { refresh } = JSON.parse(body) as { refresh: string }
      response.writeHead(refresh === personal ? 200 : 401).end(JSON.stringify({ access: current }))
    } else if (request.headers.authorization !== `Bearer ${current}` && request.headers.authorization !== 'Token old') {
      response.writeHead(401).end()
    } else {
      most = Math.max(most, ++inFlight)
      setTimeout(() => {
        inFlight--
        response.end(picture)
      }, 20)
    }
  })
  await new Promise<void>((resolve) => void studio.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void studio.close())
  const url = `http://127.0.0.1:${(studio.address() as AddressInfo).port}`
  const uploads = (count: number) =>
    predict(Array.from({ length: count }, (_, i) => task(i, `/data/upload/3/${i}.png`)))

  const backend = await LabelStudioBackend.open(workspace, { url, token: personal })
  // What ends in a second is renewed before the next picture.
  await backend.predict(uploads(1))
  const { results } = await backend.predict(uploads(40))
  expect(results.filter((one) => 'result' in one)).toHaveLength(40)
  expect(renewed).toBe(2)
  expect(most).toBeGreaterThan(4)
  // Refused before its time, too, as by a server that has been set up anew.
  current = 'another'
  const { results: after } = await backend.predict(predict([task(50, '/data/upload/3/50.png')]))
  expect(after).toEqual([expect.objectContaining({ result: expect.anything() })])
  expect(renewed).toBe(3)

  const wrong = await LabelStudioBackend.open(workspace, { url, token: jwt(1e6, 9) })
  await expect(wrong.predict(uploads(1))).rejects.toMatchObject({
    message: expect.stringContaining('refused the token'),
  })
  const connected = await LabelStudioBackend.open(workspace)
  await expect(connected.predict(uploads(1))).rejects.toMatchObject({ message: expect.stringContaining('--url') })
  await connected.setup({ project: 3, schema: labelConfig, hostname: url, access_token: 'old' })
  expect((await connected.predict(uploads(2))).results.every((one) => 'result' in one)).toBe(true)
})

test('what isn’t ready in time costs the request nothing, and is there when it is asked for again', async () => {
  const { workspace } = await trained()
  const folder = temporaryFolder()
  await pictures(folder, 1)
  const picture = readFileSync(path.join(folder, '000.png'))
  const asked = new Map<string, number>()
  let answer = (): void => undefined
  const slow = new Promise<void>((resolve) => (answer = resolve))
  const studio = createServer(async ({ url = '' }, response) => {
    asked.set(url, (asked.get(url) ?? 0) + 1)
    if (url.includes('slow')) await slow
    response.end(picture)
  })
  await new Promise<void>((resolve) => void studio.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void studio.close())
  const url = `http://127.0.0.1:${(studio.address() as AddressInfo).port}`
  const backend = await LabelStudioBackend.open(workspace, { url, answerWithin: 5000 })
  const request = predict(
    ['/data/upload/3/quick.png', '/data/upload/3/slow.png'].map((address, id) => task(id, address)),
  )
  const { results } = await backend.predict(request)
  expect(results[0]).toHaveProperty('result')
  expect(results[1]).toMatchObject({ error: expect.stringContaining('no time') })
  answer()
  const again = await backend.predict(request)
  expect(again.results.every((one) => 'result' in one)).toBe(true)
  // It was fetched once; the other, which had been delivered, anew.
  expect([...asked.values()]).toEqual([2, 1])
})
