import { Command } from 'commander'
import { version } from '../paths.ts'
import { addAccept } from './commands/accept.ts'
import { addBackbones } from './commands/backbones.ts'
import { addBackups } from './commands/backups.ts'
import { addBenchmark } from './commands/benchmark.ts'
import { addDevices } from './commands/devices.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEmbed } from './commands/embed.ts'
import { addExplain } from './commands/explain.ts'
import { addExport } from './commands/export.ts'
import { addExportModel } from './commands/exportModel.ts'
import { addFormats } from './commands/formats.ts'
import { addImport } from './commands/import.ts'
import { addLabelStudio } from './commands/labelStudio.ts'
import { addMerge } from './commands/merge.ts'
import { addMergeCache } from './commands/mergeCache.ts'
import { addModels } from './commands/models.ts'
import { addNew } from './commands/new.ts'
import { addNext } from './commands/next.ts'
import { addParity } from './commands/parity.ts'
import { addReport } from './commands/reportPage.ts'
import { addSample } from './commands/sample.ts'
import { addServe } from './commands/serve.ts'
import { addSimulate } from './commands/simulate.ts'
import { addStatus } from './commands/status.ts'
import { addSuggest } from './commands/suggest.ts'
import { addTrain } from './commands/train.ts'
import { commanderOutput } from './terminal.ts'
import { common } from './texts/common.ts'

/** One command, one file of `commands/`, one line here, in the order in which `--help` lists them. */
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

/** The whole command line, with nothing run: what it says of itself is what docs/command-line.md is made of. */
export function surmiseProgram(): Command {
  const program = new Command('surmise')
    .description(common.program)
    .version(version)
    .showHelpAfterError(common.seeHelp)
    .exitOverride()
    .configureOutput(commanderOutput)
  for (const add of commands) add(program)
  return program
}
