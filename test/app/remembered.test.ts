import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { mostRemembered } from '../../src/contract/schemas.ts'
import { Remembered } from '../../src/main/app/program/remembered.ts'
import { silent } from '../../src/main/base/log.ts'
import { temporaryFolder } from './support.ts'

test('what is remembered is there after a restart, and two windows lose nothing of one another', async () => {
  const folder = temporaryFolder()
  const [one, other] = [new Remembered(folder, silent), new Remembered(folder, silent)]
  const slider = Array.from({ length: 50 }, (_, step) => one.set('tileSize', 100 + step))
  expect(await one.all()).toEqual({ tileSize: 149 })
  await Promise.all(slider)
  await other.set('theme', 'dark')
  await one.set('goesOn', true)
  expect(await new Remembered(folder, silent).all()).toEqual({ tileSize: 149, theme: 'dark', goesOn: true })
  // It says what somebody works on.
  if (process.platform !== 'win32') expect(statSync(path.join(folder, 'remembered.json')).mode & 0o777).toBe(0o600)
})

test('it does not grow for ever: what was told longest ago goes', async () => {
  const folder = temporaryFolder()
  const remembered = new Remembered(folder, silent)
  for (let i = 0; i < mostRemembered; i++) void remembered.set(`place.${i}`, i)
  await remembered.set('place.0', 'again')
  await remembered.set('more', 1)
  const all = await remembered.all()
  expect(Object.keys(all)).toHaveLength(mostRemembered)
  expect(all).toMatchObject({ 'place.0': 'again', more: 1 })
  expect(all).not.toHaveProperty('place.1')
})

test.each(['', '{', '{}', '[[1]]'])('a file that can’t be read is no more than forgotten: %s', async (text) => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'remembered.json')
  writeFileSync(file, text)
  const remembered = new Remembered(folder, silent)
  expect(await remembered.all()).toEqual({})
  await remembered.set('theme', 'dark')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([['theme', 'dark']])
})
