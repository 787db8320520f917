import { spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { holdsPassword, secretOf } from '../../src/main/shell/cli/secrets.ts'
import { temporaryFolder } from '../app/support.ts'
import { commandLines } from './processes.ts'

const cli = path.resolve(import.meta.dirname, '../../src/main/shell/cli.ts')

/** Runs the command line. @returns what its command line was in /proc, time after time, and what it said */
async function watched(args: string[], more: Record<string, string> = {}) {
  const env = { ...process.env, SURMISE_HOME: temporaryFolder(), ...more }
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const lines: string[] = []
  const timer = setInterval(() => {
    const line = commandLines().get(child.pid!)
    if (line) lines.push(line)
  }, 10)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  await new Promise((resolve) => child.once('close', resolve))
  clearInterval(timer)
  return { lines, errors }
}

test.skipIf(process.platform !== 'linux')(
  'secrets in arguments are warned of and taken out of sight; those in files and the environment never are in it',
  async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'auth')
    writeFileSync(file, 'ann:s3cret\n', { mode: 0o600 })
    const common = ['label-studio', path.join(folder, 'none.surmise'), '--port', '0']
    const [given, fromFile] = await Promise.all([
      watched([...common, '--auth', 'ann:s3cret', '--token=t0ken']),
      watched([...common, '--auth-file', file], { LABEL_STUDIO_API_KEY: 't0ken' }),
    ])
    expect(given.errors).toMatch(/could read what you passed with --auth.*--auth-file/)
    expect(given.errors).toMatch(/could read what you passed with --token.*LABEL_STUDIO_API_KEY/)
    expect(given.lines.at(-1)).toBe('surmise')
    expect(fromFile.errors).not.toContain('could read')
    expect(fromFile.lines.filter((line) => /s3cret|t0ken/.test(line))).toEqual([])
    expect(fromFile.lines.length).toBeGreaterThan(0)
  },
)

test('a secret comes from a file, the environment or, at worst, an argument', () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'token')
  writeFileSync(file, 'one\n')
  chmodSync(file, 0o600)
  const asked = { option: '--token', variable: 'SURMISE_TEST_TOKEN', given: undefined, file: undefined }
  expect(secretOf(asked)).toBeUndefined()
  process.env.SURMISE_TEST_TOKEN = 'two'
  expect(secretOf(asked)).toBe('two')
  // It is read once, and handed down to no other process.
  expect(process.env.SURMISE_TEST_TOKEN).toBeUndefined()
  expect(secretOf({ ...asked, file })).toBe('one')
  expect(secretOf({ ...asked, given: 'three' })).toBe('three')
  expect(() => secretOf({ ...asked, file, given: 'three' })).toThrowError(
    expect.objectContaining({ code: 'secret-twice' }),
  )
  writeFileSync(file, '\n')
  expect(() => secretOf({ ...asked, file })).toThrowError(expect.objectContaining({ code: 'secret-empty' }))
  expect(() => secretOf({ ...asked, file: path.join(folder, 'none') })).toThrowError(
    expect.objectContaining({ code: 'enoent' }),
  )
  expect([holdsPassword('http://ann:pw@proxy:3128'), holdsPassword('http://proxy:3128/a:b@c')]).toEqual([true, false])
})
