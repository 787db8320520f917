import { parentPort } from 'node:worker_threads'
import { runEndless } from './nativeEntry.ts'

parentPort!.postMessage('started')
await runEndless()
