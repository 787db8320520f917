/**
 * “Nothing leaves the machine”, by what the system was asked for: every process of Surmise’s runs under `strace`, as a person runs
 * it who has just got the machine, from a new project to a trained model, every export and a browser; in a network that has
 * loopback alone, so that a proof that fails sends nothing either.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../scripts/chromium.ts'
import { alone, whyNoTracing } from '../../scripts/tracing.ts'
import { surmiseProgram } from '../../src/main/shell/cli/program.ts'
import type { Told } from './job.ts'
import { isNamed } from './named.ts'
import { type Allowed, look } from './trace.ts'

/** What goes to the network because a person says so, and what needs files that are not made here. */
const leftOut = new Set(['backbones fetch', 'backbones remove', 'parity', 'merge-cache'])

/** Names of the commands that do something, those of a group behind the group's. */
const allCommands = (program: Command, before = ''): string[] =>
  program.commands.flatMap((command) =>
    command.commands.length > 0 ? allCommands(command, `${before}${command.name()} `) : [before + command.name()],
  )

const missing = whyNoTracing() ?? (findChromium() ? undefined : 'there is no Chromium here')

describe.skipIf(missing)(`the whole job in a network of its own${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let folder: string
  let told: Told
  let allowed: Allowed

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'surmise-nothing-sent-')))
    mkdirSync(path.join(folder, 'browser'))
    const [program, args] = alone([process.execPath, path.join(import.meta.dirname, 'job.ts'), folder])
    const places = { HOME: path.join(folder, 'browser'), TMPDIR: path.join(folder, 'browser') }
    // Neither CI nor VITEST: programs that see them keep still.
    const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', ...places, CHROMIUM_PATH: findChromium() }
    const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    told = JSON.parse(readFileSync(path.join(folder, 'told.json'), 'utf8'))
    allowed = { written: (place) => isNamed(folder, place), started: [realpathSync(process.execPath)] }
  }, 900_000)

  afterAll(() => {
    if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true })
  })

  const seen = (name: string) => look(path.join(folder, 'traces'), name, path.join(folder, 'project'), allowed)

  test('nothing is sent, and what is written has its place and its name', () => {
    expect(told.elsewhere).toEqual([])
    const names = new Set(readdirSync(path.join(folder, 'traces')).map((file) => file.replace(/\.\d+$/, '')))
    expect(names.size).toBe(told.runs.length + 1)
    names.delete('control')
    const found = [...names].map((name) => ({ name, ...seen(name) }))
    expect(found.filter(({ sent, written, started }) => sent.length + written.length + started.length > 0)).toEqual([])
    expect(Math.min(...found.map(({ calls }) => calls))).toBeGreaterThan(50)
  })

  test('every command was run, but those that fetch, and what takes a reference or the parts of several machines', () => {
    const names = allCommands(surmiseProgram()).filter((name) => !leftOut.has(name))
    const wasRun = (name: string) => told.runs.some((run) => run.split('.ts ')[1]?.startsWith(name))
    expect(names.filter((name) => !wasRun(name))).toEqual([])
  })

  test('the log, which may be handed to somebody, holds no names', () => {
    const logs = path.join(folder, 'person/config/surmise/logs')
    const text = readdirSync(logs)
      .map((file) => readFileSync(path.join(logs, file), 'utf8'))
      .join('')
    expect(text.length).toBeGreaterThan(0)
    for (const secret of ['HIV', 'private photos', 'secret', folder, '000.png']) expect(text).not.toContain(secret)
  })

  test('the same look finds what the library does that is not told to keep still', () => {
    expect(told.outlived).toBe(true)
    const { sent, written } = seen('control')
    expect(sent.length).toBeGreaterThan(0)
    expect(written.join('\n')).toMatch(/\/Microsoft\/DeveloperTools\/\.onnxruntime\/deviceid/)
  })
})
