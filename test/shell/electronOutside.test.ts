import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '../../src/contract/schemas.ts'
import { PreferencesFile } from '../../src/main/app/program/preferences.ts'
import { silent } from '../../src/main/base/log.ts'
import { SystemProgress } from '../../src/main/shell/electron/training.ts'
import { Updates } from '../../src/main/shell/electron/updates.ts'
import { temporaryFolder } from '../app/support.ts'
import { fakeElectron } from './fakeElectron.ts'

const job = (change: Partial<Job>): Job => ({
  ...{ id: 1, kind: 'train', title: 'Fine-tune', state: 'running', phase: '', fraction: null, secondsLeft: null },
  ...{ outcome: null, error: null, device: null, curve: [] },
  ...change,
})

test('training shows in the dock, keeps the machine awake, and says when it is over, to whoever does not look', () => {
  const { electron, notifications, windows } = fakeElectron()
  const window = new electron.BrowserWindow()
  const show = vi.fn()
  const outside = new SystemProgress(electron as never, () => window as never, show)
  const { powerSaveBlocker } = electron
  outside.follow(job({}))
  outside.follow(job({ fraction: 0.25 }))
  // Something else meanwhile: the bar is that of the training.
  outside.follow(job({ id: 2, kind: 'export', title: 'Export', fraction: 0.9 }))
  expect(window.progress).toEqual([[2, { mode: 'indeterminate' }], [0.25], [0.25]])
  expect(powerSaveBlocker.start.mock.calls).toEqual([['prevent-app-suspension']])
  window.focused = false
  outside.follow(job({ state: 'done', fraction: 1, outcome: 'mAP 61 %.' }))
  expect(window.progress.at(-1)).toEqual([0.9])
  outside.follow(job({ id: 2, kind: 'export', title: 'Export', state: 'done', outcome: 'Written.' }))
  expect(window.progress.at(-1)).toEqual([-1])
  expect(powerSaveBlocker.stop.mock.calls).toEqual([[7]])
  expect(notifications).toMatchObject([{ title: 'Fine-tune: done', body: 'mAP 61 %.' }])
  notifications[0].click()
  expect(show).toHaveBeenCalledOnce()

  const run = (id: number, end: Partial<Job>) => {
    outside.follow(job({ id }))
    outside.follow(job({ id, ...end }))
  }
  run(3, { state: 'failed', error: { code: 'x', message: 'The disk is full.', hint: '' } })
  run(4, { state: 'cancelled' })
  window.focused = true
  run(5, { state: 'done', outcome: 'seen' })
  // One that was over before the program listened is no news.
  window.focused = false
  outside.follow(job({ id: 6, state: 'done', outcome: 'old' }))
  expect(notifications.map(({ title, body }) => [title, body])).toEqual([
    ['Fine-tune: done', 'mAP 61 %.'],
    ['Fine-tune: failed', 'The disk is full.'],
  ])
  expect(powerSaveBlocker.start.mock.calls.length).toBe(powerSaveBlocker.stop.mock.calls.length)
  expect(windows.length).toBe(1)
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function updatesWith({ available = true, newer = false }: { available?: boolean; newer?: boolean } = {}) {
  const { dialog, answers, messages } = fakeElectron()
  const preferences = new PreferencesFile(temporaryFolder(), silent)
  const updater = {
    checkForUpdates: vi.fn(async () => ({ isUpdateAvailable: newer, updateInfo: { version: '9.0.0' } })),
    downloadUpdate: vi.fn(async () => []),
    quitAndInstall: vi.fn(),
    autoDownload: true,
  }
  const load = vi.fn(async () => updater as never)
  const start = () => new Updates({ preferences, dialog: dialog as never, log: silent, available, load })
  return { start, preferences, updater, load, answers, messages }
}

test('updates: asked once, off unless somebody says otherwise, and every day from then on', async () => {
  const { start, preferences, updater, load, answers, messages } = updatesWith()
  await start().start({ mayAsk: false })
  expect([messages.length, load.mock.calls.length]).toEqual([0, 0])
  answers.push('Don’t check')
  await start().start({ mayAsk: true })
  await start().start({ mayAsk: true })
  expect(messages.map(({ message }) => message)).toEqual(['Check for updates automatically?'])
  expect([(await preferences.get()).updates, load.mock.calls.length]).toEqual(['off', 0])
  await vi.advanceTimersByTimeAsync(3 * 24 * 60 * 60 * 1000)
  expect(load).not.toHaveBeenCalled()

  const updates = start()
  await updates.set(true)
  expect([await updates.isOn(), updater.checkForUpdates.mock.calls.length, updater.autoDownload]).toEqual([
    true,
    1,
    false,
  ])
  await vi.advanceTimersByTimeAsync(24 * 60 * 60 * 1000)
  expect(updater.checkForUpdates).toHaveBeenCalledTimes(2)
  await updates.set(false)
  await vi.advanceTimersByTimeAsync(24 * 60 * 60 * 1000)
  expect(updater.checkForUpdates).toHaveBeenCalledTimes(2)
})

test('updates: nothing is downloaded or installed unasked', async () => {
  const { start, updater, answers, messages } = updatesWith({ newer: true })
  answers.push('Later')
  await start().checkNow()
  await expect.poll(() => messages.map(({ message }) => message)).toEqual(['Surmise 9.0.0 is available.'])
  expect(updater.downloadUpdate).not.toHaveBeenCalled()
  answers.push('Download', 'Restart now')
  await start().checkNow()
  await expect.poll(() => updater.quitAndInstall.mock.calls.length).toBe(1)
})

test('updates: what can’t be found out is said to whoever asked, and is no crash', async () => {
  const { start, updater, answers, messages, preferences } = updatesWith()
  updater.checkForUpdates.mockRejectedValueOnce(new Error('net::ERR_NAME_NOT_RESOLVED'))
  answers.push('OK', 'OK')
  await start().checkNow()
  await start().checkNow()
  expect(messages.map(({ message }) => message)).toEqual(['Couldn’t check for updates.', 'Surmise is up to date.'])
  await preferences.set({ updates: 'on' })
  updater.checkForUpdates.mockRejectedValueOnce(new Error('offline'))
  await start().start({ mayAsk: true })
  expect(messages.length).toBe(2)
  const none = updatesWith({ available: false })
  await none.preferences.set({ updates: 'on' })
  await none.start().start({ mayAsk: true })
  expect([await none.start().isOn(), none.load.mock.calls.length]).toEqual([undefined, 0])
})
