import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { peersPython } from '../../scripts/peers.ts'
import { exportSuggestions } from '../../src/main/app/exchange/exporting.ts'
import { startTraining } from '../../src/main/app/training/training.ts'
import { pictureProject } from '../app/support.ts'

const { python = '', missing } = { missing: undefined, python: undefined, ...peersPython('formats') }

/** Bright on the other side than it was said. */
const wrong = [6, 13, 21, 30]

test.skipIf(missing !== undefined)(
  `cleanlab finds wrong marks by the held-out probabilities (${missing ?? 'find_label_issues, of several labels'})`,
  async () => {
    const { workspace, names, folder } = await pictureProject(40)
    const { project } = workspace
    const marks = names.flatMap((name, i) => {
      const left = (i % 2 === 0) !== wrong.includes(i)
      return [1, 2].map((labelId) => ({
        ...{ imageId: project.images.byPath(name)!.id, labelId },
        state: (labelId === 1) === left ? (1 as const) : (-1 as const),
      }))
    })
    project.states.set(marks, { title: 'Mark' })
    await (await startTraining(workspace, { seed: 1, device: 'cpu' })).done
    const file = path.join(folder, 's.csv')
    await exportSuggestions(workspace, file, { known: true })

    const read = [path.join(import.meta.dirname, 'read.py'), 'cleanlab', file]
    const { status, stdout, stderr } = spawnSync(python, ['-X', 'utf8', ...read], { encoding: 'utf8' })
    expect([status, status === 0 ? '' : stderr]).toEqual([0, ''])
    const found = JSON.parse(stdout.trim().split('\n').at(-1)!) as string[]
    // It is careful: all that it finds is wrong, and it finds most of it.
    const told = wrong.map((i) => names[i])
    expect(found.filter((name) => !told.includes(name))).toEqual([])
    expect(found.length).toBeGreaterThanOrEqual(3)
  },
  300_000,
)
