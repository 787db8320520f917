import { Command } from 'commander'
import { version } from '../paths.ts'
import { addExport } from './commands/exchange/export.ts'
import { addFormats } from './commands/exchange/formats.ts'
import { addImport } from './commands/exchange/import.ts'
import { addMerge } from './commands/exchange/merge.ts'
import { addBenchmark } from './commands/measuring/benchmark.ts'
import { addDevices } from './commands/measuring/devices.ts'
import { addDoctor } from './commands/measuring/doctor.ts'
import { addParity } from './commands/measuring/parity.ts'
import { addSimulate } from './commands/measuring/simulate.ts'
import { addBackups } from './commands/project/backups.ts'
import { addNew } from './commands/project/new.ts'
import { addReport } from './commands/project/report.ts'
import { addSample } from './commands/project/sample.ts'
import { addStatus } from './commands/project/status.ts'
import { addLabelStudio } from './commands/serving/labelStudio.ts'
import { addServe } from './commands/serving/serve.ts'
import { addAccept } from './commands/suggestions/accept.ts'
import { addExplain } from './commands/suggestions/explain.ts'
import { addNext } from './commands/suggestions/next.ts'
import { addSuggest } from './commands/suggestions/suggest.ts'
import { addBackbones } from './commands/training/backbones.ts'
import { addEmbed } from './commands/training/embed.ts'
import { addExportModel } from './commands/training/exportModel.ts'
import { addMergeCache } from './commands/training/mergeCache.ts'
import { addModels } from './commands/training/models.ts'
import { addTrain } from './commands/training/train.ts'
import { commanderOutput } from './terminal.ts'
import { common } from './texts/common.ts'

/** Each command has a file in `commands/` and a line here, in the order of `--help`. */
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

/** The whole command line. docs/command-line.md is generated from its help. */
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
