import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LabelStudioBackend } from '../../src/main/app/labelStudio/labelStudio.ts'
import { startTraining as train } from '../../src/main/app/training/training.ts'
import { silent } from '../../src/main/base/log.ts'
import { choicesControls } from '../../src/main/exchange/formats/labelStudio/config.ts'
import { LabelStudioServer } from '../../src/main/shell/web/labelStudio.ts'
import { pictureProject, pictures, temporaryFolder } from '../app/support.ts'
import { annotationCreated, labelConfig, predict, setup, startTraining, task } from './payloads/labelStudio.ts'

interface Predicted {
  model_version: string
  results: {
    model_version: string
    score?: number
    error?: string
    result?: { from_name: string; to_name: string; type: string; value: { choices: string[] }; score: number }[]
  }[]
}

test('Label Studio’s contract: health, setup, predictions of its tasks, webhooks', async () => {
  const { workspace, names, imagesRoot } = await pictureProject(24)
  const { project } = workspace
  await expect(LabelStudioBackend.open(workspace)).rejects.toMatchObject({ code: 'no-suggestions' })
  const idOf = (i: number): number => project.images.byPath(names[i])!.id
  project.states.set(
    Array.from({ length: 14 }, (_, i) =>
      [1, 2].map((labelId, side) => ({
        ...{ imageId: idOf(i), labelId },
        state: i % 2 === side ? (1 as const) : (-1 as const),
      })),
    ).flat(),
    { title: 'Mark' },
  )
  await (await train(workspace, { seed: 1, device: 'cpu' })).done

  // A Label Studio that has one picture of its own, for whoever has the token.
  const elsewhere = temporaryFolder()
  await pictures(elsewhere, 1)
  const asked: { url?: string; token?: string }[] = []
  const studio = createServer((request, response) => {
    asked.push({ url: request.url, token: request.headers.authorization })
    if (request.url === '/data/upload/3/away.png') response.writeHead(302, { Location: 'http://127.0.0.1:1/x' }).end()
    else if (request.headers.authorization !== 'Token secret') response.writeHead(401).end()
    else response.end(readFileSync(path.join(elsewhere, '000.png')))
  })
  await new Promise<void>((resolve) => void studio.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void studio.close())
  const studioUrl = `http://127.0.0.1:${(studio.address() as AddressInfo).port}`

  const backend = await LabelStudioBackend.open(workspace, { url: studioUrl, token: 'secret' })
  const server = await LabelStudioServer.start(backend, silent, { port: 0, host: '127.0.0.1' })
  onTestFinished(() => server.close())
  const post = async (route: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + route, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, json: (await response.json()) as Record<string, unknown> }
  }

  for (const route of ['/health', '/']) {
    const response = await fetch(server.url + route)
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ status: 'UP' })])
  }
  const { status, json } = await post('/setup', setup)
  expect([status, json]).toEqual([200, { model_version: expect.stringMatching(/^surmise-1-\d{4}-/) }])
  expect(await (await fetch(`${server.url}/versions`)).json()).toEqual({ versions: [json.model_version] })

  const inTask = `data:image/png;base64,${readFileSync(path.join(imagesRoot, names[21])).toString('base64')}`
  const upload = `${studioUrl}/data/upload/3/1a2b3c4d-its%20own.png`
  const addresses = [
    '/data/local-files/?d=somewhere/images/020.png',
    `/data/upload/3/0a1b2c3d-${names[15]}`,
    names[0],
    upload,
    inTask,
    'https://elsewhere.example/nowhere.png',
    `${studioUrl}/data/upload/3/away.png`,
    's3://bucket/unknown.png',
  ]
  const answer = await post('/predict', predict(addresses.map((address, i) => task(i + 1, address))))
  expect(answer.status).toBe(200)
  const { results, model_version } = answer.json as unknown as Predicted
  expect([results.length, model_version]).toEqual([addresses.length, json.model_version])
  for (const one of results) {
    expect(one).toMatchObject({ model_version })
    for (const { from_name, to_name, type, value, score } of one.result ?? []) {
      expect([from_name, to_name, type]).toEqual(['choice', 'image', 'choices'])
      expect(labelConfig).toMatch(new RegExp(`(value|alias)="${value.choices[0]}"`))
      expect(score).toBeGreaterThanOrEqual(0.5)
    }
  }
  const choicesOf = ({ result }: Predicted['results'][number]) => result?.flatMap(({ value }) => value.choices)
  // Even pictures are bright on the left. Of those that can't be had it is said why, and no empty prediction is given.
  expect(results.map(choicesOf)).toEqual([['left'], ['r'], ['left'], ['left'], ['r'], undefined, undefined, undefined])
  expect(results.slice(5).map(({ error }) => error)).toEqual([
    expect.stringContaining('neither in this project nor on'),
    expect.stringContaining('can’t be fetched'),
    expect.stringContaining('neither in this project nor on'),
  ])
  // What is known is said as known.
  expect(results[2].result![0].score).toBe(1)
  expect(asked.map(({ url }) => url).sort()).toEqual([
    '/data/upload/3/1a2b3c4d-its%20own.png',
    '/data/upload/3/away.png',
  ])
  expect(asked.map(({ token }) => token)).toEqual(['Token secret', 'Token secret'])

  // One that is broken, cut off, no image, no task at all, or a model's end fails alone.
  const whole = readFileSync(path.join(imagesRoot, names[21]))
  const data = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`
  const bad = [
    data(whole.subarray(0, whole.length / 2)),
    data(Buffer.from('not an image')),
    data(Buffer.concat([whole.subarray(0, 40), Buffer.alloc(500, 255)])),
    'data:image/png;base64,!!!!',
  ]
  // Addresses that are none.
  const odd = [
    '/data/upload/1/%E0%A4%A.png',
    '/data/local-files/?d=%',
    'http://[',
    `${studioUrl}:x/%`,
    '\0',
    'x'.repeat(100_000),
  ]
  const mixed = await post('/predict', {
    ...predict([]),
    tasks: [
      ...bad.map((address, i) => task(i, address)),
      null,
      { id: 9 },
      { data: 'x' },
      task(20, names[0]),
      task(21, inTask),
    ],
  })
  expect(mixed.status).toBe(200)
  const among = await post('/predict', predict([...odd.map((address, i) => task(i, address)), task(20, names[0])]))
  expect(among.status).toBe(200)
  expect((among.json as unknown as Predicted).results.at(-1)?.result).toHaveLength(1)
  const each = (mixed.json as unknown as Predicted).results
  expect(each.map(({ error }) => error !== undefined)).toEqual([...Array(7).fill(true), false, false])
  expect(each.slice(7).map(choicesOf)).toEqual([['left'], ['r']])
  for (const { error, result } of each.slice(0, 7)) {
    expect(error).not.toContain('Something went wrong')
    expect(result).toBeUndefined()
  }

  // Marks made meanwhile count, and the configuration of the setup where none comes with the tasks.
  project.states.set([{ imageId: idOf(20), labelId: 1, state: -1 }], { title: 'Mark' })
  const again = await post('/predict', predict([task(1, names[20])], null))
  expect(choicesOf((again.json as unknown as Predicted).results[0])).not.toContain('left')

  expect(await post('/webhook', annotationCreated)).toMatchObject({
    status: 201,
    json: { action: 'ANNOTATION_CREATED' },
  })
  expect(await post('/webhook', startTraining)).toMatchObject({
    status: 201,
    json: { detail: expect.stringContaining('label-studio') },
  })
  expect(backend.annotations).toBe(1)

  // Whatever else comes is an answer in words, and never the end of it.
  for (const [route, body, code] of [
    ['/predict', '{', 400],
    ['/predict', { tasks: 'all' }, 400],
    ['/setup', { project: '1', schema: '<View><Image' }, 400],
    ['/nothing', {}, 404],
  ] as const) {
    expect(await post(route, body)).toMatchObject({ status: code, json: { error: expect.any(String) } })
  }
  expect((await post('/predict', predict([]), { Origin: 'https://elsewhere.example' })).status).toBe(403)
  const noImage = '<View><Text name="t" value="$text"/></View>'
  for (const [route, body] of [
    ['/predict', predict([task(9, names[1])], noImage)],
    ['/setup', { ...setup, schema: noImage }],
  ] as const) {
    expect(await post(route, body)).toMatchObject({ status: 400, json: { error: expect.stringContaining('Choices') } })
  }

  // Where nothing can be said of any, the request fails, in words that Label Studio shows.
  const response = await fetch(`${server.url}/predict`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(predict([task(9, 's3://bucket/unknown.png')])),
  })
  expect([response.status, response.statusText]).toEqual([400, expect.stringContaining('task 9: Its image is neither')])
})

test('other machines may ask only with a password', async () => {
  const backend = { health: () => ({ status: 'UP' }) } as LabelStudioBackend
  const start = (auth?: string) => LabelStudioServer.start(backend, silent, { port: 0, host: '0.0.0.0', auth })
  await expect(start()).rejects.toMatchObject({ code: 'auth-needed', hint: expect.stringContaining('--auth') })
  const server = await start('me:secret')
  onTestFinished(() => server.close())
  const url = server.url.replace('0.0.0.0', '127.0.0.1')
  expect((await fetch(`${url}/health`)).status).toBe(401)
  const headers = (given: string) => ({ Authorization: `Basic ${Buffer.from(given).toString('base64')}` })
  expect((await fetch(`${url}/health`, { headers: headers('me:other!') })).status).toBe(401)
  expect((await fetch(`${url}/health`, { headers: headers('me:secret') })).status).toBe(200)
})

test('configurations: controls about images, one choice or several, names in any script', () => {
  const two = `<View><Image name="img" value="$photo"/><Header value="x"/>
    <Choices name="present" toName="img" choice="multiple"><Choice value="über &amp; „so“"/><View><Choice value="b" alias="B"/></View></Choices>
    <Choices name="absent" toName="img" choice="multiple"><Choice value="b"/></Choices>
    <Choices name="one" toName="img"><Choice value="c"/></Choices>
    <Choices name="pose" toName="img" perRegion="true"><Choice value="d"/></Choices>
    <Text name="text" value="$words"/><Choices name="mood" toName="text"><Choice value="good"/></Choices></View>`
  const choices = { tag: 'choices', toName: 'img', dataKey: 'photo', perRegion: false }
  expect(choicesControls(two)).toEqual([
    { ...choices, name: 'present', choices: [{ value: 'über & „so“' }, { value: 'b', alias: 'B' }], single: false },
    { ...choices, name: 'absent', choices: [{ value: 'b' }], single: false },
    { ...choices, name: 'one', choices: [{ value: 'c' }], single: true },
  ])
  expect(() => choicesControls('<View><Image')).toThrowError(expect.objectContaining({ code: 'label-config' }))
})
