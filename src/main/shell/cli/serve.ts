import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { serve } from '../serve.ts'
import { type AddressOptions, certificateOf, portOf, warnOfPlainText, withAddress } from './address.ts'
import { formerAllowImages } from './run.ts'
import { say } from './terminal.ts'

interface Options extends Omit<AddressOptions, 'port'> {
  port?: number
  open: boolean
  allowImages?: boolean
  name?: string[]
}

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve the application to a browser, of this machine unless --host says otherwise')
    .argument('[project]', 'a project file to open')
    .option('--port <number>', 'the port to listen on (default: the same as the last time, if it is free)', portOf)
    .option('--no-open', 'print the address, and leave opening it to you')
    .option('--allow-images', 'the project may read images from outside of its own folder; once said, it is remembered')
    .addOption(formerAllowImages())
    .option('--name <host...>', 'other names that people reach it by, behind a proxy for instance')
  withAddress(command, 'the address to listen on; another than this machine’s own can be reached by others').action(
    async (project: string | undefined, { host, port, open, allowImages, name: names, ...files }: Options) => {
      const certificate = certificateOf(files)
      warnOfPlainText(host, certificate, 'Whoever is on the way between could read along, and come in')
      const shell = await serve({ project, host, port, open, allowImages, names, certificate })
      say(shell.newUrl())
      if (!process.stdin.isTTY) return
      createInterface({ input: process.stdin }).on('line', () => say(shell.newUrl()))
    },
  )
}
