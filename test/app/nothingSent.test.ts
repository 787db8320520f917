import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { Application } from '../../src/main/app/application.ts'
import { backbonesPage } from '../../src/main/app/backbonesPage.ts'
import { startTrial } from '../../src/main/app/backboneTrial.ts'
import { startExport } from '../../src/main/app/exporting.ts'
import { startFetch } from '../../src/main/app/fetching.ts'
import { startModelExport } from '../../src/main/app/modelExport.ts'
import { startReport } from '../../src/main/app/reportPage.ts'
import { startTraining } from '../../src/main/app/training.ts'
import { openLog } from '../../src/main/base/log.ts'
import { computeEntry } from '../../src/main/shell/paths.ts'
import { FileServer } from '../backbone/fileServer.ts'
import { pictures, temporaryFolder } from './support.ts'

/** Loaded before anything else: whatever a process wants to reach is written down. */
const hook = (heard: string) => `
import { appendFileSync } from 'node:fs'
import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'
const tell = (what) => appendFileSync(${JSON.stringify(heard)}, what + '\\n')
const watched = (holder, name, describe) => {
  const real = holder[name]
  holder[name] = function (...args) {
    const what = describe(args)
    if (what) tell(what)
    return real.apply(this, args)
  }
}
watched(net.Socket.prototype, 'connect', ([to]) => {
  const options = Array.isArray(to) ? to[0] : to
  return options?.path ? '' : 'connect ' + JSON.stringify(options)
})
watched(dns, 'lookup', ([name]) => 'lookup ' + name)
watched(dns.promises, 'lookup', ([name]) => 'lookup ' + name)
watched(dgram.Socket.prototype, 'send', () => 'datagram')
tell('watched')
`

test.skipIf(process.platform === 'win32')(
  'from a new project to a trained model and every export, nothing is sent anywhere, and the log holds no names',
  { timeout: 300_000 },
  async () => {
    const folder = temporaryFolder()
    const [heard, loader, node] = ['heard.txt', 'hook.mjs', 'node.sh'].map((name) => path.join(folder, name))
    writeFileSync(loader, hook(heard))
    writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" --import "${loader}" "$@"\n`)
    chmodSync(node, 0o755)
    const talk = 'require("net").connect(9, "127.0.0.1").on("error", () => {})'
    execFileSync(node, ['-e', talk])
    expect(readFileSync(heard, 'utf8')).toMatch(/^watched\nconnect .*127\.0\.0\.1/)
    writeFileSync(heard, '')

    const log = path.join(folder, 'surmise.log')
    const application = new Application({
      ...{ version: '0.0.0', configFolder: path.join(folder, 'home'), computeEntry, node },
      log: openLog(log),
    })
    await import(loader)
    const imagesRoot = path.join(folder, 'private photos')
    const names = await pictures(imagesRoot, 24)
    const labels = ['HIV positive', 'left']
    const project = { path: path.join(folder, 'secret.surmise'), imagesRoot, labels }
    const { workspace, scan } = await application.createAndScan(project)
    await scan.done
    const changes = names.slice(0, 14).flatMap((name, i) =>
      [1, 2].map((labelId, side) => ({
        ...{ imageId: workspace.project.images.byPath(name)!.id, labelId },
        state: i % 2 === side ? (1 as const) : (-1 as const),
      })),
    )
    workspace.project.states.set(changes, { title: 'Mark “HIV positive”' })
    await (await startTraining(workspace, { seed: 1, device: 'cpu' })).done
    const out = (name: string) => path.join(folder, name)
    await startExport(workspace, { format: 'coco', path: out('x.json'), suggestions: true }).done
    await startReport(workspace, out('report.html')).done
    await startModelExport(workspace, { modelId: workspace.project.models.current()!.id, path: out('m.onnx') }).done
    // Something to be logged: a bug whose message holds what must not be kept.
    application.context.log.error('“HIV positive” could not be shown', new Error(`open '${imagesRoot}/${names[0]}'`))
    expect((await backbonesPage(application.context, workspace)).rows.length).toBeGreaterThan(1)
    await startTrial(workspace, { specifications: ['surmise-tiny'] }).then((trial) => trial.done)
    const heardLines = () =>
      readFileSync(heard, 'utf8')
        .split('\n')
        .filter((line) => line !== 'watched' && line !== '')
    expect(heardLines()).toEqual([])

    // A backbone goes over the network because a person has asked for it, from the one place that the list names, by its path alone.
    const server = await FileServer.start(Buffer.from('no model'))
    const list = { name: 'house', title: 'House', megabytes: 1, licence: 'ours', goodAt: 'x', card: {} }
    const backbones = [{ ...list, model: { url: server.url.href } }]
    writeFileSync(path.join(folder, 'list.json'), JSON.stringify({ version: 1, backbones }))
    vi.stubEnv('SURMISE_BACKBONES', path.join(folder, 'list.json'))
    const fetched = startFetch(application.context, { name: 'house', mirror: '', proxy: '' }).done
    await expect(fetched).rejects.toMatchObject({ code: 'model-not-onnx' })
    vi.unstubAllEnvs()
    expect(server.asked).toEqual([
      { method: 'GET', url: '/models/file.onnx', headers: expect.not.objectContaining({ cookie: expect.anything() }) },
    ])
    expect(Object.keys(server.asked[0].headers).sort()).toEqual(['accept-encoding', 'connection', 'host', 'user-agent'])
    await server.stop()
    await application.shutdown()
    expect(existsSync(out('report.html'))).toBe(true)
    expect(heardLines().filter((line) => !line.includes('127.0.0.1'))).toEqual([])
    expect(heardLines()).not.toEqual([])
    expect(
      readFileSync(heard, 'utf8')
        .split('\n')
        .filter((line) => line === 'watched').length,
    ).toBeGreaterThan(1)
    const text = readFileSync(log, 'utf8')
    expect(text.length).toBeGreaterThan(0)
    for (const secret of [...labels.slice(0, 1), 'private photos', 'secret', folder, names[0]])
      expect(text).not.toContain(secret)
  },
)
