import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { PreferencesFile } from '../../src/main/app/program/preferences.ts'
import { silent } from '../../src/main/base/log.ts'
import { temporaryFolder } from './support.ts'

const none = { keys: {}, panels: {}, tourSeen: false, updates: 'unasked', downloads: { mirror: '', proxy: '' } }

test('what is set is there after a restart; two at once both hold', async () => {
  const folder = temporaryFolder()
  const preferences = new PreferencesFile(folder, silent)
  expect(await preferences.get()).toEqual(none)
  await Promise.all([preferences.set({ keys: { undo: ['u'] } }), preferences.set({})])
  expect(await new PreferencesFile(folder, silent).get()).toEqual({ ...none, keys: { undo: ['u'] } })
})

test.each(['{', '[]', '{"keys": {"undo": "u"}}', ''])('a file that can’t be read is kept aside: %s', async (text) => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'preferences.json')
  writeFileSync(file, text)
  const preferences = new PreferencesFile(folder, silent)
  expect(await preferences.get()).toEqual(none)
  expect(readFileSync(path.join(folder, 'preferences.broken.json'), 'utf8')).toBe(text)
  await preferences.set({ keys: { redo: ['r'] } })
  expect(await preferences.get()).toEqual({ ...none, keys: { redo: ['r'] } })
})

test('a place that can’t be written to gets a sentence, and what was set before stays', async () => {
  const folder = path.join(temporaryFolder(), 'file')
  writeFileSync(folder, 'not a folder')
  const preferences = new PreferencesFile(folder, silent)
  await expect(preferences.set({ keys: {} })).rejects.toMatchObject({ code: 'preferences-not-written' })
  expect(existsSync(folder)).toBe(true)
  mkdirSync(`${folder}-other`)
  expect(await preferences.get()).toEqual(none)
})

test('of a version before, what it knew is kept', async () => {
  const folder = temporaryFolder()
  writeFileSync(path.join(folder, 'preferences.json'), '{"keys":{"undo":["u"]}}')
  const preferences = new PreferencesFile(folder, silent)
  expect(await preferences.set({ panels: { labels: 300 } })).toEqual({
    ...none,
    keys: { undo: ['u'] },
    panels: { labels: 300 },
  })
  expect(await preferences.set({ tourSeen: true })).toMatchObject({ keys: { undo: ['u'] }, panels: { labels: 300 } })
})
