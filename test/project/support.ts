import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect } from 'vitest'
import { UserError } from '../../src/main/base/errors.ts'
import { type CreateOptions, createProject } from '../../src/main/project/file/open.ts'
import type { ScannedImage } from '../../src/main/project/images/scan.ts'
import type { Project } from '../../src/main/project/project.ts'
import { scanned } from './scanned.ts'

export { scanned }

const folders: string[] = []
const projects: Project[] = []

afterEach(() => {
  for (const project of projects.splice(0)) project.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'surmise-test-'))
  folders.push(folder)
  return folder
}

/** Closes the project when the test ends. */
export function closing(project: Project): Project {
  projects.push(project)
  return project
}

/** A project `p.surmise` in a folder of its own, with `images/` beside it. */
export function newProject(options: Partial<CreateOptions> & { folder?: string; images?: string[] } = {}): Project {
  const folder = options.folder ?? temporaryFolder()
  const imagesRoot = path.join(folder, 'images')
  mkdirSync(imagesRoot, { recursive: true })
  const project = closing(createProject({ path: path.join(folder, 'p.surmise'), imagesRoot, ...options }))
  if (options.images) project.images.applyScan({ added: options.images.map((file) => scanned(file)) })
  return project
}

export function brokenFile(file: string): ScannedImage {
  return { ...scanned(file), width: 0, height: 0, status: 'broken', reason: 'The file is empty.', reasonCode: 'empty' }
}

/** The UserError that it throws. */
export function userError(work: () => unknown): UserError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return error as UserError
  }
  throw new Error('Nothing was thrown.')
}

export function ids(project: Project): number[] {
  return [...project.images.ids({}, { by: 'added' })]
}

/** A second process that runs a script of this folder. Resolves with what it printed, when it ends or is killed. */
export function runScript(
  script: string,
  args: string[],
  options: { uid?: number; onLine?: (line: string, kill: () => void) => void } = {},
) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, script), ...args], {
    uid: options.uid,
    gid: options.uid,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [output, errors, rest] = ['', '', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) options.onLine?.(line, () => child.kill('SIGKILL'))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = new Promise<{ output: string; errors: string; code: number | null; signal: string | null }>(
    (resolve) => {
      child.once('close', (code, signal) => resolve({ output, errors, code, signal }))
    },
  )
  return { child, ended }
}
