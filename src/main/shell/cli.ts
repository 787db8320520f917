#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { addAccept } from './cli/accept.ts'
import { addBackbones } from './cli/backbones.ts'
import { addBackups } from './cli/backups.ts'
import { addBenchmark } from './cli/benchmark.ts'
import { addDevices } from './cli/devices.ts'
import { addDoctor } from './cli/doctor.ts'
import { addEmbed } from './cli/embed.ts'
import { addExplain } from './cli/explain.ts'
import { addExport } from './cli/export.ts'
import { addExportModel } from './cli/exportModel.ts'
import { addFormats } from './cli/formats.ts'
import { addImport } from './cli/import.ts'
import { addLabelStudio } from './cli/labelStudio.ts'
import { addMerge } from './cli/merge.ts'
import { addMergeCache } from './cli/mergeCache.ts'
import { addModels } from './cli/models.ts'
import { addNew } from './cli/new.ts'
import { addNext } from './cli/next.ts'
import { addParity } from './cli/parity.ts'
import { complain } from './cli/report.ts'
import { addReport } from './cli/reportPage.ts'
import { addSample } from './cli/sample.ts'
import { hideSecrets } from './cli/secrets.ts'
import { addServe } from './cli/serve.ts'
import { addSimulate } from './cli/simulate.ts'
import { addStatus } from './cli/status.ts'
import { addSuggest } from './cli/suggest.ts'
import { commanderOutput, sayJson } from './cli/terminal.ts'
import { addTrain } from './cli/train.ts'
import { version } from './paths.ts'

hideSecrets(process.argv)

/** One command, one file of `cli/`, one line here. */
const commands = [
  ...[
    addNew,
    addImport,
    addEmbed,
    addTrain,
    addModels,
    addSuggest,
    addAccept,
    addExplain,
    addNext,
    addExport,
    addExportModel,
  ],
  ...[
    addReport,
    addBackbones,
    addBackups,
    addStatus,
    addFormats,
    addDevices,
    addDoctor,
    addBenchmark,
    addSimulate,
    addParity,
    addServe,
    addLabelStudio,
    addMerge,
    addMergeCache,
    addSample,
  ],
]

const program = new Command('surmise')
  .description('Multi-label image annotation with suggestions, on this machine alone.')
  .version(version)
  .showHelpAfterError('(Add --help for what there is.)')
  .exitOverride()
  .configureOutput(commanderOutput)
for (const add of commands) add(program)

const asJson = process.argv.includes('--json')
try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) process.exitCode = complain(error, asJson)
  else if (error.exitCode !== 0) {
    // What was typed wrong has been told already, by the library. Help and version are no errors.
    const message = error.message.replace(/^error: /, '')
    if (asJson) sayJson({ error: { code: 'usage', message, hint: 'Add --help for what there is.' } })
    process.exitCode = 1
  }
}
