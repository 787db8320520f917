import type { Command } from 'commander'
import { LabelStudioBackend } from '../../../app/labelStudio/labelStudio.ts'
import { LabelStudioServer } from '../../web/labelStudio.ts'
import { type AddressOptions, certificateOf, portOf, warnOfPlainText, withAddress } from '../address.ts'
import { type CommonOptions, runOn, withImages } from '../run.ts'
import { secretOf } from '../secrets.ts'
import { say, sayJson } from '../terminal.ts'
import { common } from '../texts/common.ts'
import { labelStudio as texts } from '../texts/serving.ts'

interface Options extends CommonOptions, AddressOptions {
  auth?: string
  authFile?: string
  url?: string
  token?: string
  tokenFile?: string
}

export function addLabelStudio(program: Command): void {
  const command = program
    .command('label-studio')
    .description(texts.description)
    .argument('<project>', common.project)
    .option('--port <number>', texts.port, portOf, 9090)
    .option('--auth-file <file>', texts.authFile)
    .option('--auth <user:password>', texts.auth)
    .option('--url <address>', texts.url)
    .option('--token-file <file>', texts.tokenFile)
    .option('--token <token>', texts.token)
  withAddress(command, texts.host)
  withImages(command).action((project: string, options: Options) => {
    const { url, host, port, ...files } = options
    const [auth, token] = [authOf(options), tokenOf(options)]
    return runOn(
      project,
      options,
      async (workspace, { context }) => {
        const where = { host, port, auth, certificate: certificateOf(files) }
        warnOfPlainText(host, where.certificate, texts.danger)
        const backend = await LabelStudioBackend.open(workspace, { url, token })
        const server = await LabelStudioServer.start(backend, context.log, where)
        if (options.json) sayJson({ url: server.url })
        else say(texts.listening(server.url))
        await new Promise<void>((resolve) => {
          for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
        })
        await server.close()
        const { annotations } = backend
        const line = annotations > 0 ? texts.annotated(annotations) : texts.stopped
        return { lines: [line], json: { url: server.url, annotations } }
      },
      { readOnly: true },
    )
  })
}

const authOf = ({ auth, authFile }: Options): string | undefined =>
  secretOf({ option: '--auth', given: auth, file: authFile, variable: 'SURMISE_AUTH' })

const tokenOf = ({ token, tokenFile }: Options): string | undefined =>
  secretOf({ option: '--token', given: token, file: tokenFile, variable: 'LABEL_STUDIO_API_KEY' })
