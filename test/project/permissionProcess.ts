/** A second process for the tests: marks image after image, and tells of each, until its input ends. */
import { reportOf } from '../../src/main/base/errors.ts'
import { openProject } from '../../src/main/project/file/open.ts'

const project = openProject(process.argv[2])
let goesOn = true
process.stdin.resume().once('end', () => {
  goesOn = false
})
for (let imageId = 1; goesOn; imageId = (imageId % 50) + 1) {
  try {
    project.states.set([{ imageId, labelId: 1, state: 1 }], { title: 'Mark' })
    console.log(JSON.stringify({ saved: imageId }))
  } catch (error) {
    console.log(JSON.stringify(reportOf(error)))
  }
  await new Promise((resolve) => setTimeout(resolve, 5))
}
project.close()
