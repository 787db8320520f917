import path from 'node:path'
import { ComputeProcess } from '../../src/main/compute/client.ts'
import type { tasks } from './nativeEntry.ts'

/** A main process that has a task computed that never ends, says the id of the process that does, and waits to be ended, or exits. */
const compute = new ComputeProcess<typeof tasks>({ entry: path.join(import.meta.dirname, 'nativeEntry.ts') })
const task = process.argv[2] as 'endless' | 'endlessThread'
const pid = await compute.run('pid', undefined)
void compute.run(task, null, {
  onProgress: () => {
    process.stdout.write(`${pid}\n`)
    process.stdin.once('data', () => process.exit(130))
  },
})
