#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { fail } from './cli/report.ts'
import { addServe } from './cli/serve.ts'
import { version } from './paths.ts'

/** One command, one file of `cli/`, one line here. */
const commands = [addServe]

const program = new Command('surmise')
  .description('Multi-label image annotation with suggestions, on this machine alone.')
  .version(version)
  .showHelpAfterError('(Add --help for what there is.)')
  .exitOverride()
for (const add of commands) add(program)

try {
  await program.parseAsync()
} catch (error) {
  // What was typed wrong has been told already, by the library; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 1
  else fail(error, process.argv.includes('--json'))
}
