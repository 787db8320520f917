import { type ChildProcess, execFile, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { extractFile, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect } from '@playwright/test'
import { buildDesktop } from '../../scripts/electron.ts'
import {
  buildDesktopPackages,
  desktopConfiguration,
  electronVersion,
  stageDesktop,
} from '../../scripts/package/desktop.ts'
import { targetOf } from '../../scripts/package/target.ts'
import { computing } from './hands.ts'
import { test } from './quiet.ts'

const root = path.resolve(import.meta.dirname, '../..')
const execute = promisify(execFile)
let folder: string

// One after the other: they build into one folder.
test.describe.configure({ mode: 'default' })

test.beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'surmise-packaged-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the folder of the browser shell, copied elsewhere, without npm, PATH or HOME: the main job', async ({ page }) => {
  test.skip(process.platform === 'win32', 'its launcher needs a PATH there')
  const made = await execute(
    process.execPath,
    ['scripts/package.ts', '--dir', '--web', '--out', path.join(folder, 'dist')],
    { cwd: root },
  )
  expect(made.stdout).toMatch(/^ONNX Runtime +\d+\.\d MB$/m)
  expect(made.stdout).toMatch(/^together +\d+\.\d MB$/m)
  const [name] = readdirSync(path.join(folder, 'dist'))
  const elsewhere = path.join(folder, 'somewhere else', 'Surmise')
  cpSync(path.join(folder, 'dist', name), elsewhere, { recursive: true })
  rmSync(path.join(folder, 'dist'), { recursive: true })

  const surmise = path.join(elsewhere, 'surmise')
  // Nothing of this machine’s but what everyone has; its own settings go to a folder of the test.
  const env = { PATH: '', HOME: '', XDG_CONFIG_HOME: path.join(folder, 'config') }
  const options = { env, cwd: folder }
  const sample = path.join(folder, 'sample')
  await execute(surmise, ['sample', sample], options)
  const doctor = await execute(surmise, ['doctor', path.join(sample, 'Sample.surmise')], options)
  expect(doctor.stdout).toMatch(/✓ Compute process +answers/)

  const child = spawn(surmise, [path.join(sample, 'Sample.surmise'), '--no-open'], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await page.goto(await firstLine(child))
    await expect(page.locator('[data-path]').first()).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('button', { name: 'Show suggestions' }).click(computing)
    await page.getByRole('listbox', { name: 'Images' }).getByRole('option').first().dblclick()
    const suggested = page.locator('li[data-state="suggested"]')
    const label = (await suggested.first().getAttribute('data-label')) ?? ''
    await page.keyboard.press('a')
    await expect(page.locator(`li[data-label="${label}"]`)).toHaveAttribute('data-state', /present|absent/)
    await expect(page.getByText('All saved')).toBeVisible()
    const image = (await page.locator('h2').textContent()) ?? ''

    await page.keyboard.press('Control+e')
    const file = path.join(folder, 'out.json')
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.getByRole('textbox').first().fill(file)
    await dialog.getByRole('button', { name: 'Export' }).click()
    await expect.poll(() => existsSync(file)).toBe(true)
    const coco = JSON.parse(readFileSync(file, 'utf8'))
    const names = new Map(coco.categories.map((one: { id: number; name: string }) => [one.id, one.name]))
    const row = coco.images.find((one: { file_name: string }) => one.file_name === image)
    const accepted = [
      ...coco.annotations.filter((one: { image_id: number }) => one.image_id === row.id),
      ...row.neg_provenance,
    ].filter((one) => (one.attributes?.source ?? one.source) === 'accepted_suggestion')
    expect(accepted.map((one) => names.get(one.category_id))).toEqual([label])
    // A page that stays would ask where the application went.
    await page.goto('about:blank')
  } finally {
    child.kill('SIGINT')
    await ended
  }
})

test('the desktop package: fuses, archive and libraries are as they have to be; its core opens projects and computes', async () => {
  test.skip(process.platform !== 'linux', 'the stand-in for Electron’s program is one of Linux')
  await buildDesktop()
  const target = targetOf()
  await stageDesktop(path.join(folder, 'parts'), target)
  // Where Electron can’t be fetched its place is taken by a file with its fuses, all that the packager looks at.
  const config = desktopConfiguration(target, {
    ...{ folder: path.join(folder, 'parts'), output: path.join(folder, 'dist') },
    ...{ electronDist: standIn(path.join(folder, 'electron')), updatesUrl: 'https://updates.invalid/' },
  })
  expect(config.protocols).toBeUndefined()
  await buildDesktopPackages(target, config, true)
  const [unpacked] = readdirSync(path.join(folder, 'dist')).filter((name) => name.endsWith('unpacked'))
  const resources = path.join(folder, 'dist', unpacked, 'resources')

  const fuses = await getCurrentFuseWire(path.join(folder, 'dist', unpacked, 'surmise'))
  const [off, on] = ['0', '1'].map((digit) => digit.charCodeAt(0))
  expect(fuses).toMatchObject({
    [FuseV1Options.RunAsNode]: off,
    [FuseV1Options.EnableCookieEncryption]: on,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
    [FuseV1Options.EnableNodeCliInspectArguments]: off,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
    [FuseV1Options.OnlyLoadAppFromAsar]: on,
  })

  const archive = path.join(resources, 'app.asar')
  const inside = listPackage(archive, { isPack: false }).map((file) => file.split(path.sep).join('/'))
  const manifest = JSON.parse(extractFile(archive, 'package.json').toString())
  expect(inside).toEqual(
    expect.arrayContaining([`/${manifest.main}`, '/out/preload/electron.cjs', '/out/renderer/index.html']),
  )
  expect(
    inside.filter((file) =>
      /node_modules\/(sharp|@img|onnxruntime-node|better-sqlite3|react|electron-builder)\/|\.node$/.test(file),
    ),
  ).toEqual([])
  // Native libraries lie outside, and only those of the target.
  const native = readdirSync(resources, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(node|dll|dylib|so[.\d]*)$/.test(file),
  )
  for (const library of ['better-sqlite3', 'onnxruntime-node', '@img/sharp-', '@img/sharp-libvips']) {
    expect(native.some((file) => file.startsWith(`core/node_modules/${library}`))).toBe(true)
  }
  expect(
    native.filter((file) => /darwin|win32|musl/.test(file) || file.includes(target.arch === 'x64' ? 'arm64' : 'x64')),
  ).toEqual([])

  // Plain Node, as the package carries it, runs what lies beside the archive.
  const { Core } = await import('../../src/main/shell/electron/core.ts')
  const { silent } = await import('../../src/main/base/log.ts')
  process.env.SURMISE_HOME = path.join(folder, 'home')
  const ended: string[] = []
  const core = new Core({
    entry: path.join(resources, 'core/out/main/shell/core.js'),
    node: path.join(resources, 'node/node'),
    ...{ log: silent, answer: async () => null, setMenu() {}, ended: (what) => ended.push(what) },
  })
  try {
    core.start()
    const { path: file } = await core.client.project.sample({ folder: path.join(folder, 'sample') })
    expect(file.startsWith(path.join(folder, 'sample'))).toBe(true)
    const { findings } = await core.client.app.doctor()
    expect(findings.filter(({ part }) => part === 'versions').map(({ says }) => says)).toContain(process.versions.node)
    const image = await core.image(new Request('surmise://app/images/thumbnail/1'))
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp'])
    await image.arrayBuffer()
  } finally {
    await core.stop()
    delete process.env.SURMISE_HOME
  }
  expect(ended).toEqual([])
})

test('where Electron can’t be fetched, one sentence says why', async () => {
  const env = {
    ...process.env,
    ELECTRON_MIRROR: 'http://127.0.0.1:9/',
    electron_config_cache: path.join(folder, 'cache'),
  }
  const other = process.arch === 'x64' ? 'arm64' : 'x64'
  const failed = await execute(process.execPath, ['scripts/package.ts', '--arch', other], { cwd: root, env }).catch(
    (error) => error,
  )
  expect(failed.code).toBe(1)
  expect(failed.stdout).toBe('')
  expect(failed.stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^Electron \d+\.\d+\.\d+ for .* can’t be fetched here \(.+\): connect to the internet/),
  ])
})

/** A file with the place where Electron keeps its fuses, all as they are delivered. */
function standIn(place: string): string {
  mkdirSync(path.join(place, 'locales'), { recursive: true })
  mkdirSync(path.join(place, 'resources'))
  const fuses = Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.from([1, 9]),
    Buffer.from('101111001'),
  ])
  writeFileSync(path.join(place, 'electron'), Buffer.concat([Buffer.alloc(64), fuses, Buffer.alloc(64)]))
  chmodSync(path.join(place, 'electron'), 0o755)
  for (const file of [
    'LICENSE',
    'LICENSES.chromium.html',
    'chrome-sandbox',
    'chrome_crashpad_handler',
    'locales/en-US.pak',
  ]) {
    writeFileSync(path.join(place, file), '')
  }
  writeFileSync(path.join(place, 'version'), electronVersion)
  return place
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout!.once('data', (text) => resolve(String(text).trim()))
    child.once('exit', (code) => reject(new Error(`surmise ended with ${code}`)))
  })
}
