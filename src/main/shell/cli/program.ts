import { Command } from 'commander'
import { version } from '../paths.ts'
import { addAccept } from './accept.ts'
import { addBackbones } from './backbones.ts'
import { addBackups } from './backups.ts'
import { addBenchmark } from './benchmark.ts'
import { addDevices } from './devices.ts'
import { addDoctor } from './doctor.ts'
import { addEmbed } from './embed.ts'
import { addExplain } from './explain.ts'
import { addExport } from './export.ts'
import { addExportModel } from './exportModel.ts'
import { addFormats } from './formats.ts'
import { addImport } from './import.ts'
import { addLabelStudio } from './labelStudio.ts'
import { addMerge } from './merge.ts'
import { addMergeCache } from './mergeCache.ts'
import { addModels } from './models.ts'
import { addNew } from './new.ts'
import { addNext } from './next.ts'
import { addParity } from './parity.ts'
import { addReport } from './reportPage.ts'
import { addSample } from './sample.ts'
import { addServe } from './serve.ts'
import { addSimulate } from './simulate.ts'
import { addStatus } from './status.ts'
import { addSuggest } from './suggest.ts'
import { commanderOutput } from './terminal.ts'
import { common } from './texts/common.ts'
import { addTrain } from './train.ts'

/** One command, one file of `cli/`, one line here, in the order in which `--help` lists them. */
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
