#!/usr/bin/env node
import { CommanderError } from 'commander'
import { reportError } from './cli/answer.ts'
import { surmiseProgram } from './cli/program.ts'
import { hideSecrets } from './cli/secrets.ts'
import { sayJson } from './cli/terminal.ts'
import { common } from './cli/texts/common.ts'

hideSecrets(process.argv)

const asJson = process.argv.includes('--json')
try {
  await surmiseProgram().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) process.exitCode = reportError(error, asJson)
  else if (error.exitCode !== 0) {
    // Commander has already printed what was wrong with the arguments. Help and version aren't errors.
    const message = error.message.replace(/^error: /, '')
    if (asJson) sayJson({ error: { code: 'usage', message, hint: common.seeHelpHint } })
    process.exitCode = 1
  }
}
