import path from 'node:path'
import type { Command } from 'commander'
import type { Application } from '../../../../app/application.ts'
import { LabelStudioBackend } from '../../../../app/labelStudio/labelStudio.ts'
import { Learner } from '../../../../app/labelStudio/learning.ts'
import { UserError } from '../../../../base/errors.ts'
import { LabelStudioServer } from '../../../web/labelStudio.ts'
import { type AddressOptions, certificateOf, portOf, warnOfPlainText, withAddress } from '../../address.ts'
import { type CommonOptions, run, withImages } from '../../run.ts'
import { secretOf } from '../../secrets.ts'
import { say, sayJson } from '../../terminal.ts'
import { common } from '../../texts/common.ts'
import { labelStudio as texts } from '../../texts/serving.ts'

interface Options extends CommonOptions, AddressOptions {
  auth?: string
  authFile?: string
  url?: string
  token?: string
  tokenFile?: string
  learn: boolean
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
    .option('--no-learn', texts.noLearn)
  withAddress(command, texts.host)
  withImages(command).action((project: string, options: Options) => {
    const { url, host, port, ...files } = options
    const [auth, token] = [authOf(options), tokenOf(options)]
    return run(options, async (application) => {
      const { context } = application
      const { workspace, learner } = await opened(application, project, options.learn)
      if (options.allowImages) await workspace.allowImages()
      const where = { host, port, auth, certificate: certificateOf(files) }
      warnOfPlainText(host, where.certificate, texts.danger)
      const tell = (line: string): void => void (options.json || say(line))
      const backend = await LabelStudioBackend.open(workspace, { url, token, learner, tell })
      const server = await LabelStudioServer.start(backend, context.log, where)
      if (options.json) sayJson({ url: server.url, learns: learner !== undefined })
      else say(texts.listening(server.url))
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
      })
      await server.close()
      const { annotations } = backend
      const line =
        annotations === 0 ? texts.stopped : learner ? texts.learnt(annotations) : texts.annotated(annotations)
      return { lines: [line], json: { url: server.url, annotations } }
    })
  })
}

/** Opens the project, read-only if another program has it open. */
async function opened(application: Application, project: string, learns: boolean) {
  const file = path.resolve(project)
  const looking = async () => ({ workspace: await application.open(file, { readOnly: true }), learner: undefined })
  if (!learns) return looking()
  try {
    const workspace = await application.open(file)
    return { workspace, learner: workspace.project.readOnly ? undefined : new Learner(workspace) }
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'project-open-elsewhere')) throw error
    say(texts.openElsewhere)
    return looking()
  }
}

const authOf = ({ auth, authFile }: Options): string | undefined =>
  secretOf({ option: '--auth', given: auth, file: authFile, variable: 'SURMISE_AUTH' })

const tokenOf = ({ token, tokenFile }: Options): string | undefined =>
  secretOf({ option: '--token', given: token, file: tokenFile, variable: 'LABEL_STUDIO_API_KEY' })
