import { createInterface } from 'node:readline'
import { type Command, InvalidArgumentError } from 'commander'
import { serve } from '../serve.ts'

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the application to a browser on this machine')
    .argument('[project]', 'a project file to open')
    .option('--port <number>', 'the port to listen on (default: any that is free)', portOf, 0)
    .option('--no-open', 'print the address, and leave opening it to you')
    .action(async (project: string | undefined, options: { port: number; open: boolean }) => {
      const shell = await serve({ project, ...options })
      console.log(shell.newUrl())
      if (!process.stdin.isTTY) return
      createInterface({ input: process.stdin }).on('line', () => console.log(shell.newUrl()))
    })
}

export function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}
