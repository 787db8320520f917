/** Marks without end, and tells of every mark after its commit, one JSON object a line. The power is cut while it does. */
import { openProject } from '../../src/main/project/file/open.ts'
import type { Deed } from './ledger.ts'

const [file, seed] = process.argv.slice(2)
const project = openProject(file)
const images = [...project.images.ids()]
const labels = project.labels.list().map(({ id }) => id)
let random = Number(seed) + 1
const next = (below: number) => {
  random = (random * 48271) % 2147483647
  return random % below
}
for (let round = 0; ; round++) {
  const kind = next(10)
  let deed: Deed
  if (kind === 0) {
    deed = { kind: 'undo' }
    await project.history.undo()
  } else {
    const count = kind === 1 ? 200 : 1
    const state = (next(3) - 1) as 1 | 0 | -1
    const changes = Array.from({ length: count }, () => ({
      ...{ imageId: images[next(images.length)], labelId: labels[next(labels.length)], state },
    }))
    deed = { kind: 'mark', changes }
    project.states.set(changes, { title: `Mark ${round}` })
  }
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(deed)}\n`, resolve))
}
