import path from 'node:path'
import { type Command, Option } from 'commander'
import { startImport, startPreview } from '../../app/importing.ts'
import { counted } from '../../app/words.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

interface Options extends CommonOptions {
  format?: string
  rest: 'unknown' | 'absent'
  conflicts: 'keep' | 'replace'
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('take labels over from a file')
    .argument('<project>', 'the project file')
    .argument('<file>', 'the file with the labels')
    .option('--format <name>', 'coco or csv (default: by the file’s name)')
    .addOption(
      new Option('--rest <meaning>', 'what a label that the file does not mention is, where the file leaves that open')
        .choices(['unknown', 'absent'])
        .default('unknown'),
    )
    .addOption(
      new Option('--conflicts <choice>', 'where project and file disagree')
        .choices(['keep', 'replace'])
        .default('keep'),
    )
  withJson(command).action((project: string, file: string, options: Options) =>
    runOn(project, options, async (workspace) => {
      const preview = await startPreview(workspace, path.resolve(file), options.format).done
      const { rest, conflicts } = options
      const { states, labels } = await startImport(workspace, preview.token, { rest, conflicts }).done
      const { images, problems } = preview
      const lines = [
        `${counted(states, 'state')} taken over, ${counted(labels, 'label')} added; ${images.matched} of ${counted(images.inFile, 'image')} matched.`,
        ...problems.map(({ message, count, examples }) => `${message}: ${count} (${examples.slice(0, 3).join('; ')})`),
      ]
      const { token: _, labels: perLabel, ...told } = preview
      return { text: lines.join('\n'), json: { ...told, perLabel, changed: states, labelsAdded: labels } }
    }),
  )
}
