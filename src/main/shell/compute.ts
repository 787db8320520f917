/* The compute process: plain Node in every shell. It is started by `ComputeProcess`, never by hand. */
import { watchOver } from '../compute/watchdog.ts'

// Before anything else: whoever started this may be gone by the time that its libraries are loaded.
watchOver()
const [{ tasks }, { tryModelsApart }, { serveTasks }] = await Promise.all([
  import('../app/tasks.ts'),
  import('../app/backbones/trial.ts'),
  import('../compute/server.ts'),
])
tryModelsApart()
serveTasks(tasks)
