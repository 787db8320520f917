import type { Command } from 'commander'
import { LabelStudioBackend } from '../../app/labelStudio/labelStudio.ts'
import { LabelStudioServer } from '../web/labelStudio.ts'
import { type AddressOptions, certificateOf, portOf, warnOfPlainText, withAddress } from './address.ts'
import { type CommonOptions, runOn, withImages } from './run.ts'
import { secretOf } from './secrets.ts'
import { say, sayJson } from './terminal.ts'

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
    .description('be the machine learning backend of a Label Studio server')
    .argument('<project>', 'the project file')
    .option('--port <number>', 'the port to listen on; 0: any that is free', portOf, 9090)
    .option('--auth-file <file>', 'user:password of who may ask, in a file (Basic authentication in Label Studio)')
    .option('--auth <user:password>', 'the same on the command line, where others can read it (or SURMISE_AUTH)')
    .option('--url <address>', 'Label Studio’s own: images that the project lacks are fetched from there')
    .option('--token-file <file>', 'a token of its API for such images, in a file')
    .option('--token <token>', 'the same on the command line, where others can read it (or LABEL_STUDIO_API_KEY)')
  withAddress(command, 'the address to listen on; another than this machine’s own needs --auth-file')
  withImages(command).action((project: string, options: Options) => {
    const { url, host, port, ...files } = options
    const [auth, token] = [authOf(options), tokenOf(options)]
    return runOn(
      project,
      options,
      async (workspace, { context }) => {
        const where = { host, port, auth, certificate: certificateOf(files) }
        warnOfPlainText(host, where.certificate, 'Whoever is on the way between could read along, the password too')
        const backend = await LabelStudioBackend.open(workspace, { url, token })
        const server = await LabelStudioServer.start(backend, context.log, where)
        if (options.json) sayJson({ url: server.url })
        else say(`Listening at ${server.url}. Ctrl+C ends it.`)
        await new Promise<void>((resolve) => {
          for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
        })
        await server.close()
        const { annotations } = backend
        const line =
          annotations > 0
            ? `${annotations} annotations were made meanwhile: export them there as JSON, then surmise import --format label-studio.`
            : 'Ended.'
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
