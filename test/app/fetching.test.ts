import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { backbonesPage } from '../../src/main/app/backbones/backbonesPage.ts'
import { startFetch } from '../../src/main/app/backbones/fetching.ts'
import { FileServer } from '../backbone/fileServer.ts'
import { newApplication, pictureProject, temporaryFolder } from './support.ts'

test('a backbone is fetched because somebody asked for it: from the one place that the list names, by its path alone', async () => {
  const server = await FileServer.start(Buffer.from('no model'))
  onTestFinished(() => server.stop())
  const list = path.join(temporaryFolder(), 'list.json')
  const about = { name: 'house', title: 'House', megabytes: 1, licence: 'ours', goodAt: 'x', card: {} }
  writeFileSync(list, JSON.stringify({ version: 1, backbones: [{ ...about, model: { url: server.url.href } }] }))
  vi.stubEnv('SURMISE_BACKBONES', list)
  onTestFinished(() => void vi.unstubAllEnvs())

  const { application, workspace } = await pictureProject(2, newApplication())
  const { rows } = await backbonesPage(application.context, workspace)
  expect(rows.map(({ title }) => title)).toContain('House')
  expect(server.asked).toEqual([])

  const fetched = startFetch(application.context, { name: 'house', mirror: '', proxy: '' }).done
  await expect(fetched).rejects.toMatchObject({ code: 'model-not-onnx' })
  expect(server.asked).toEqual([{ method: 'GET', url: '/models/file.onnx', headers: expect.anything() }])
  expect(Object.keys(server.asked[0].headers).sort()).toEqual(['accept-encoding', 'connection', 'host', 'user-agent'])
})
