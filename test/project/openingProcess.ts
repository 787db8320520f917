/** A second process for the tests: opens a project and tells how that went, one JSON object a line; stays until its input ends. */
import { reportOf } from '../../src/main/base/errors.ts'
import { openProject } from '../../src/main/project/file/open.ts'

const [file, mode] = process.argv.slice(2)
try {
  const project = openProject(file, { readOnly: mode === 'read-only' })
  console.log(JSON.stringify({ opened: project.uuid, labels: project.labels.list().map(({ name }) => name) }))
  process.stdin.resume().once('end', () => {
    project.close()
  })
} catch (error) {
  console.log(JSON.stringify(reportOf(error)))
}
