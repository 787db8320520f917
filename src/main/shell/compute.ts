/* The compute process: plain Node in every shell. It is started by `ComputeProcess`, never by hand. */
import { tasks } from '../app/tasks.ts'
import { serveTasks } from '../compute/server.ts'

serveTasks(tasks)
