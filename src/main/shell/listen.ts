import type { Server } from 'node:http'
import { UserError } from '../base/errors.ts'

/** @param port 0: any that is free @throws UserError `port-taken` */
export function listen(server: Server, port: number, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES'
      const message = `The port ${port} can’t be used.`
      reject(
        taken ? new UserError('port-taken', message, 'Choose another with --port, or none.', { cause: error }) : error,
      )
    })
    server.listen(port, host, resolve)
  })
}
