#!/usr/bin/env node
import { CommanderError } from 'commander'
import { complain } from './cli/answer.ts'
import { surmiseProgram } from './cli/program.ts'
import { hideSecrets } from './cli/secrets.ts'
import { sayJson } from './cli/terminal.ts'
import { common } from './cli/texts/common.ts'

hideSecrets(process.argv)

const asJson = process.argv.includes('--json')
try {
  await surmiseProgram().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) process.exitCode = complain(error, asJson)
  else if (error.exitCode !== 0) {
    // What was typed wrong has been told already, by the library. Help and version are no errors.
    const message = error.message.replace(/^error: /, '')
    if (asJson) sayJson({ error: { code: 'usage', message, hint: common.seeHelpHint } })
    process.exitCode = 1
  }
}
