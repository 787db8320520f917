import path from 'node:path'
import { ComputeProcess } from '../../src/main/compute/client.ts'
import type { tasks as some } from './entry.ts'
import type { tasks as native } from './nativeEntry.ts'

type Both = typeof some & typeof native

/** A main process that has a task computed that never ends, prints the id of the process that does, and waits to be ended, or exits. */
const [entry, task] = process.argv.slice(2) as [string, 'forever' | 'endless' | 'endlessThread']
const compute = new ComputeProcess<Both>({ entry: path.join(import.meta.dirname, entry) })
const pid = await compute.run('pid', undefined)
void compute.run(task, null, {
  onProgress: () => {
    process.stdout.write(`${pid}\n`)
    process.stdin.once('data', () => process.exit(130))
  },
})
