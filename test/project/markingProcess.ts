/** A second process for the tests: marks without end, and tells of every mark after its commit. It is to be killed. */
import { openProject } from '../../src/main/project/file/open.ts'

const [file, seed] = process.argv.slice(2)
const project = openProject(file)
const images = [...project.images.ids()]
const labels = project.labels.list().map(({ id }) => id)
await project.states.matrix()
let random = Number(seed) + 1
const next = (below: number) => {
  random = (random * 48271) % 2147483647
  return random % below
}
for (let round = 0; ; round++) {
  const kind = next(10)
  if (kind === 0) {
    const undone = await project.history.undo()
    process.stdout.write(`undo ${undone ? 1 : 0}\n`)
  } else if (kind === 1) {
    const changes = images.map((imageId) => ({
      imageId,
      labelId: labels[0],
      state: (round % 2 === 0 ? 1 : -1) as 1 | -1,
    }))
    const changed = project.states.set(changes, { title: `Bulk ${round}` })
    process.stdout.write(`bulk ${round % 2 === 0 ? 1 : -1} ${changed}\n`)
  } else {
    const change = {
      imageId: images[next(images.length)],
      labelId: labels[next(labels.length)],
      state: (next(3) - 1) as 1 | 0 | -1,
    }
    const changed = project.states.set([change], { title: `Mark ${round}` })
    process.stdout.write(`mark ${change.imageId} ${change.labelId} ${change.state} ${changed}\n`)
  }
  // Lets the line out before the next mark.
  await new Promise((resolve) => setImmediate(resolve))
}
