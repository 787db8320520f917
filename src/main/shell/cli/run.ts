import path from 'node:path'
import { type Command, Option } from 'commander'
import type { Application } from '../../app/application.ts'
import type { Workspace } from '../../app/workspace.ts'
import { startApplication } from '../start.ts'
import { type Answer, answer, reportError } from './answer.ts'
import { showProgress } from './progress.ts'
import { common } from './texts/common.ts'

/** Options of every command. */
export interface CommonOptions {
  json?: boolean
  allowImages?: boolean
}

export function withJson(command: Command): Command {
  return command.option('--json', common.json)
}

/** The former name of `--allow-images`, so that scripts that use it keep working. */
export const formerAllowImages = (): Option => new Option('--trust-images').implies({ allowImages: true }).hideHelp()

/** For commands that read images. */
export function withImages(command: Command): Command {
  return withJson(command.option('--allow-images', common.allowImages)).addOption(formerAllowImages())
}

/**
 * Runs a command with the application, and sets the exit code. Ctrl+C cancels its jobs, which clean up; a second one ends it at
 * once.
 */
export async function run(options: CommonOptions, work: (application: Application) => Promise<Answer>): Promise<void> {
  const application = startApplication({ remembers: false })
  const endProgress = showProgress(application)
  let interrupted = false
  const interrupt = () => {
    if (interrupted) process.exit(130)
    interrupted = true
    for (const { id } of application.context.jobs.list()) application.context.jobs.cancel(id)
    // Tasks of the compute process that aren't jobs, such as analysing a model.
    application.context.compute.cancelAll()
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  let done: () => number
  try {
    const result = await work(application)
    done = () => answer(result, options.json === true)
  } catch (error) {
    done = () => reportError(error, options.json === true)
  }
  // The answer comes last, after the progress bar is gone and the project is closed.
  await application.shutdown()
  endProgress()
  process.exitCode = done()
}

/** Runs a command on a project. @param readOnly for commands that change nothing, so that it may be open elsewhere */
export function runOn(
  file: string,
  options: CommonOptions,
  work: (workspace: Workspace, application: Application) => Promise<Answer>,
  { readOnly = false }: { readOnly?: boolean } = {},
): Promise<void> {
  return run(options, async (application) => {
    const workspace = await application.open(path.resolve(file), { readOnly })
    if (options.allowImages) await workspace.allowImages()
    return work(workspace, application)
  })
}
