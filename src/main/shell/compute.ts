/* The compute process, plain Node in every shell. Started by `ComputeProcess`, never by hand. */
import { watchOver } from '../compute/watchdog.ts'

// Before anything else, because the parent may be gone by the time the libraries are loaded.
watchOver()
const [{ tasks }, { tryModelsApart }, { serveTasks }] = await Promise.all([
  import('../app/tasks.ts'),
  import('../app/backbones/trial.ts'),
  import('../compute/server.ts'),
])
tryModelsApart()
serveTasks(tasks)
