import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { serve } from '../../../serve.ts'
import { type AddressOptions, certificateOf, portOf, warnOfPlainText, withAddress } from '../../address.ts'
import { formerAllowImages } from '../../run.ts'
import { say } from '../../terminal.ts'
import { common } from '../../texts/common.ts'
import { serve as texts } from '../../texts/serving.ts'

interface Options extends Omit<AddressOptions, 'port'> {
  port?: number
  open: boolean
  allowImages?: boolean
  name?: string[]
}

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description(texts.description)
    .argument('[project]', texts.project)
    .option('--port <number>', texts.port, portOf)
    .option('--no-open', texts.noOpen)
    .option('--allow-images', common.allowImages)
    .addOption(formerAllowImages())
    .option('--name <host...>', texts.name)
  withAddress(command, texts.host).action(
    async (project: string | undefined, { host, port, open, allowImages, name: names, ...files }: Options) => {
      const certificate = certificateOf(files)
      warnOfPlainText(host, certificate, texts.danger)
      const shell = await serve({ project, host, port, open, allowImages, names, certificate })
      say(shell.newUrl())
      if (!process.stdin.isTTY) return
      createInterface({ input: process.stdin }).on('line', () => say(shell.newUrl()))
    },
  )
}
