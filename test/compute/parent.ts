import path from 'node:path'
import { ComputeProcess } from '../../src/main/compute/client.ts'
import type { tasks } from './entry.ts'

/** A main process that starts a compute process, says its id, and waits to be killed. */
const compute = new ComputeProcess<typeof tasks>({ entry: path.join(import.meta.dirname, 'entry.ts') })
const pid = await compute.run('pid', undefined)
void compute.run('forever', null)
process.stdout.write(`${pid}\n`)
