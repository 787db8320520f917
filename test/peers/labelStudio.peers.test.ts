import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { peersPython } from '../../scripts/peers.ts'
import { startExport } from '../../src/main/app/exchange/exporting.ts'
import { LabelStudioBackend } from '../../src/main/app/labelStudio/labelStudio.ts'
import { Learner } from '../../src/main/app/labelStudio/learning.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { silent } from '../../src/main/base/log.ts'
import { readLabelStudio } from '../../src/main/exchange/formats/labelStudio/read.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { LabelStudioServer } from '../../src/main/shell/web/labelStudio.ts'
import { pictureProject, pictures } from '../app/support.ts'
import { temporaryFolder } from '../exchange/folder.ts'
import { MemoryProject } from '../exchange/memoryProject.ts'

/* A real server of Label Studio on this machine, with its own database: tasks out, annotations in, predictions of a model that learns. */

const peer = peersPython('label-studio')
const token = '0123456789abcdef0123456789abcdef01234567'
const user = 'ann@example.org'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

type Json = Record<string, unknown>

describe.skipIf(peer.missing !== undefined)(`Label Studio (${peer.missing ?? 'a server of its own'})`, () => {
  let studio: ChildProcess
  let url = ''
  const folder = temporaryFolder()

  async function call<T = Json>(method: string, route: string, body?: unknown): Promise<T> {
    const isForm = body instanceof FormData
    const response = await fetch(url + route, {
      method,
      headers: { Authorization: `Token ${token}`, ...(isForm || !body ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text.slice(0, 1000)}`)
    return (text === '' ? {} : JSON.parse(text)) as T
  }

  beforeAll(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    const data = path.join(folder, 'studio')
    mkdirSync(data)
    const program = path.join(path.dirname(peer.missing === undefined ? peer.python : ''), 'label-studio')
    const account = ['--username', user, '--password', 'a long password', '--user-token', token]
    studio = spawn(
      program,
      ['start', '--no-browser', '--internal-host', '127.0.0.1', '--port', `${port}`, ...account],
      {
        env: {
          ...process.env,
          ...{ HOME: folder, LABEL_STUDIO_BASE_DATA_DIR: data, LABEL_STUDIO_HOST: url },
          ...{ LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED: 'true', LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT: folder },
          ...{
            LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN: 'true',
            COLLECT_ANALYTICS: 'false',
            LATEST_VERSION_CHECK: 'false',
          },
          ...{ SENTRY_DSN: '', FRONTEND_SENTRY_DSN: '', LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK: 'true' },
        },
        stdio: 'ignore',
      },
    )
    await vi.waitFor(async () => expect((await fetch(`${url}/health`)).status).toBe(200), {
      ...{ timeout: 240_000, interval: 1000 },
    })
  }, 250_000)

  afterAll(() => void studio?.kill())

  test('tasks go out, annotations come back as marks, and Start Training changes the version', async () => {
    const { workspace, imagesRoot, names } = await pictureProject(16)
    const { project } = workspace
    const idOf = (name: string): number => project.images.byPath(name)!.id
    const labels = project.labels.list()
    const states = names.slice(0, 12).flatMap((name, i) =>
      labels.map(({ id }, side) => ({
        ...{ imageId: idOf(name), labelId: id, annotator: 'ann' },
        state: i % 2 === side ? (1 as const) : (-1 as const),
      })),
    )
    project.states.set(states, { title: 'Mark' })
    await (await startTraining(workspace, { seed: 1, device: 'cpu' })).done

    // Out: the server takes the file as it is.
    const tasks = path.join(folder, 'tasks.json')
    const settings = { users: `ann=${user}`, prefix: `${url}/data/local-files/?d=${path.basename(imagesRoot)}/` }
    await startExport(workspace, { format: 'label-studio', path: tasks, suggestions: true, settings }).done
    const config = readFileSync(path.join(folder, 'tasks-config.xml'), 'utf8')
    const { id } = await call<{ id: number }>('POST', '/api/projects/', { title: 'From Surmise', label_config: config })
    const imported = await call('POST', `/api/projects/${id}/import`, JSON.parse(readFileSync(tasks, 'utf8')))
    expect(imported).toMatchObject({ task_count: 16, annotation_count: 12 })

    // In: what it exports says the same.
    const told = await call<unknown>('GET', `/api/projects/${id}/export?exportType=JSON&download_all_tasks=true`)
    const file = path.join(folder, 'exported.json')
    writeFileSync(file, JSON.stringify(told))
    const fresh = new MemoryProject()
    for (const name of names) fresh.image(name)
    const plan = await ImportPlan.make('label-studio', await readLabelStudio(file, {}), fresh.target())
    expect(plan.preview).toMatchObject({ images: { matched: 16 }, states: { present: 12, absent: 12 } })
    expect(plan.preview.problems.map(({ code }) => code)).toEqual(['prediction-number'])
    await plan.apply(fresh)
    expect(fresh.told()[names[0]]).toEqual({ left: 'present', right: 'absent' })

    // Pictures of its own: a good one, and one that is broken.
    const own = path.join(folder, 'own')
    await pictures(own, 1)
    const whole = readFileSync(path.join(own, '000.png'))
    for (const [name, bytes] of [
      ['good.png', whole],
      ['broken.png', whole.subarray(0, whole.length / 2)],
    ] as const) {
      const form = new FormData()
      form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name)
      await call('POST', `/api/projects/${id}/import`, form)
    }

    // The backend, with a personal access token.
    const { token: personal } = await call<{ token: string }>('POST', '/api/token/')
    expect(personal.split('.')).toHaveLength(3)
    const lines: string[] = []
    const tell = (line: string) => void lines.push(line)
    const options = { url, token: personal, learner: new Learner(workspace), tell }
    const backend = await LabelStudioBackend.open(workspace, options)
    const server = await LabelStudioServer.start(backend, silent, { port: 0, host: '127.0.0.1' })
    try {
      const ml = await call<{ id: number }>('POST', '/api/ml/', { url: server.url, project: id, title: 'Surmise' })
      expect(await call('GET', `/api/ml/${ml.id}`)).toMatchObject({ state: 'CO' })
      await call('POST', '/api/webhooks/', {
        ...{ url: `${server.url}/webhook`, project: id, send_payload: true, send_for_all_actions: true },
      })

      type StudioTask = { id: number; data: { image: string }; predictions: { model_version: string }[] }
      const all = async () => {
        const answer = await call<{ tasks: StudioTask[] }>('GET', `/api/tasks?project=${id}&fields=all&page_size=100`)
        return new Map(answer.tasks.map((task) => [path.basename(task.data.image).replace(/^.*?-/, ''), task]))
      }
      const predicted = async () => {
        const selectedItems = { all: true, excluded: [] }
        await call('POST', `/api/dm/actions?id=retrieve_tasks_predictions&project=${id}`, { selectedItems })
        const found = await all()
        return new Map([...found].map(([name, task]) => [name, task.predictions.map((one) => one.model_version)]))
      }
      const [first] = (await backend.versions()).versions
      const before = await predicted()
      expect(before.get('good.png')).toEqual([first])
      expect(before.get('broken.png')).toEqual([])
      expect(lines.join('\n')).toMatch(/Label Studio’s task \d+: /)
      expect([...before.values()].filter((versions) => versions.includes(first))).toHaveLength(17)

      // Annotated there, marked here.
      const annotated = (await all()).get(names[15])!
      const choices = { from_name: 'present', to_name: 'image', type: 'choices', value: { choices: ['right'] } }
      await call('POST', `/api/tasks/${annotated.id}/annotations/`, { result: [choices] })
      await vi.waitFor(() => expect(project.states.ofImage(idOf(names[15]))).toHaveLength(1), 30_000)
      const [mark] = project.states.ofImage(idOf(names[15]))
      expect(mark).toMatchObject({ state: 1, source: 'import', annotator: '1' })
      expect(Math.abs(mark.decidedAt - Date.now())).toBeLessThan(60_000)

      await call('POST', `/api/ml/${ml.id}/train`, {})
      await vi.waitFor(() => expect(project.models.list()).toHaveLength(2), { timeout: 120_000, interval: 500 })
      // Where it is worse than the one before, that one stays: both are versions that may be chosen.
      const newest = Math.max(...project.models.list().map((model) => model.id))
      project.models.setCurrent(newest)
      const [second] = (await backend.versions()).versions
      expect(second).not.toBe(first)
      expect((await predicted()).get('good.png')).toContain(second)
    } finally {
      await server.close()
    }
  }, 400_000)
})
