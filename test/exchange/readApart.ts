/* A process that reads tables one after the other, and says of each how many rows it has, or the code of its sentence. */
import { UserError } from '../../src/main/base/errors.ts'
import { readRows } from '../../src/main/exchange/read/rows.ts'

for (const file of process.argv.slice(2)) {
  let rows = 0
  try {
    await readRows(file, {}, () => {
      rows++
    })
    console.log(rows)
  } catch (error) {
    console.log(error instanceof UserError ? error.code : String(error))
  }
}
