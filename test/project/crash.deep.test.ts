import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openProject } from '../../src/main/project/file/open.ts'
import type { Project } from '../../src/main/project/project.ts'
import { closing, ids, newProject, runScript } from './support.ts'

/** What the killed process said that it had saved, played on plain maps. */
class Expected {
  readonly #labels: number[]
  readonly #images: number[]
  states = new Map<string, number>()
  past: Map<string, number>[] = []

  constructor(images: number[], labels: number[]) {
    this.#images = images
    this.#labels = labels
  }

  play(line: string): void {
    const [kind, ...values] = line.split(' ')
    const [a, b, state, changed] = values.map(Number)
    if (kind === 'undo') {
      if (a === 1) this.states = this.past.pop()!
    } else if (kind === 'bulk') {
      if (b === 0) return
      this.#acting()
      for (const imageId of this.#images) this.states.set(`${imageId}:${this.#labels[0]}`, a)
    } else if (changed === 1) {
      this.#acting()
      if (state === 0) this.states.delete(`${a}:${b}`)
      else this.states.set(`${a}:${b}`, state)
    }
  }

  #acting(): void {
    this.past.push(new Map(this.states))
  }
}

test('killed in the middle of marking: all that was told as saved is there, and no more than one action besides', async () => {
  const project = newProject({ labels: ['a', 'b', 'c'], images: Array.from({ length: 40 }, (_, i) => `${i}.jpg`) })
  const file = project.path
  const expected = new Expected(
    ids(project),
    project.labels.list().map(({ id }) => id),
  )
  project.close()
  for (let round = 0; round < 6; round++) {
    let told = 0
    const { ended } = runScript('markingProcess.ts', [file, String(round)], {
      onLine: (line, kill) => {
        expected.play(line)
        if (++told === 20 + round * 13) kill()
      },
    })
    const { signal, errors } = await ended
    expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: '' })

    // The file itself first, with nothing of ours between.
    const db = new Database(file)
    expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(db.pragma('foreign_key_check')).toEqual([])
    db.close()

    const opened = closing(openProject(file))
    expect(await opened.check()).toEqual([])
    const found = statesOf(opened)
    if (!sameStates(found, expected.states)) {
      // The last action was committed, and the process killed before it could tell. It must be just one.
      const [last] = opened.history.list(1)
      if (last.kind === 'undo') {
        expect(sameStates(found, expected.past.pop()!)).toBe(true)
      } else {
        await opened.history.undo()
        const before = statesOf(opened)
        expect(sameStates(before, expected.states)).toBe(true)
        await opened.history.redo()
        expected.past.push(new Map(expected.states))
      }
      expected.states = found
    }
    opened.close()
  }
  expect(expected.past.length).toBeGreaterThan(50)
})

function statesOf(project: Project): Map<string, number> {
  const states = ids(project).flatMap((imageId) =>
    project.states.ofImage(imageId).map(({ labelId, state }) => [`${imageId}:${labelId}`, state] as const),
  )
  return new Map(states)
}

function sameStates(one: Map<string, number>, other: Map<string, number>): boolean {
  return one.size === other.size && [...one].every(([pair, state]) => other.get(pair) === state)
}
