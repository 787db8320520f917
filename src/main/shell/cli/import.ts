import path from 'node:path'
import { type Command, Option } from 'commander'
import type { ImportPreview } from '../../../contract/schemas.ts'
import { mappingFile, renamesOf, startImport, startPreview } from '../../app/exchange/importing.ts'
import { counted } from '../../app/words.ts'
import { problemLines, settingsOf, settingsOption } from './exchangeOptions.ts'
import { type CommonOptions, runOn, withJson } from './run.ts'

interface Options extends CommonOptions {
  format?: string
  rest: 'unknown' | 'absent'
  conflicts: 'keep' | 'replace'
  rename: string[]
  mapping?: string
  set: string[]
  suggestions: boolean
  dryRun?: boolean
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('take labels over from a file or a folder')
    .argument('<project>', 'the project file')
    .argument('<place>', 'the file or the folder with the labels')
    .option('--format <name>', 'one of `surmise formats` (default: by what it looks like)')
    .addOption(
      new Option('--rest <meaning>', 'what a label that is not mentioned is, where that is left open')
        .choices(['unknown', 'absent'])
        .default('unknown'),
    )
    .addOption(
      new Option('--conflicts <choice>', 'where project and file disagree')
        .choices(['keep', 'replace'])
        .default('keep'),
    )
    .option(
      '--rename <old=new>',
      'call a label of the file otherwise, or leave it out (old=); can be given again',
      collect,
      [],
    )
    .option('--mapping <file>', 'a CSV file of such names: in the file, in the project')
    .addOption(settingsOption('read'))
    .option('--no-suggestions', 'leave out what models say in the file')
    .option('--dry-run', 'say what would be done, and do nothing')
  withJson(command).action((project: string, place: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const renames = new Map([
          ...(options.mapping === undefined ? [] : await mappingFile(path.resolve(options.mapping))),
          ...renamesOf(options.rename),
        ])
        const request = {
          path: path.resolve(place),
          format: options.format,
          settings: settingsOf(options.set),
          renames,
        }
        const preview = await startPreview(workspace, request).done
        const { images, problems, token, labels: perLabel, ...told } = preview
        const { rest, conflicts, suggestions } = options
        const result = options.dryRun
          ? null
          : await startImport(workspace, token, { rest, conflicts, suggestions }).done
        const lines = [
          result
            ? `${counted(result.states, 'state')} taken over, ${counted(result.labels, 'label')} added; ${matchedIn(images)}`
            : `${counted(told.states.fresh, 'state')} would be new, ${counted(told.states.conflicting, 'state')} ${told.states.conflicting === 1 ? 'says' : 'say'} the opposite of the project; ${matchedIn(images)}`,
          ...unmatchedLines(images),
          ...(preview.suggestions ? [suggestionsLine(preview.suggestions, result?.suggestions)] : []),
          ...((preview.rest ?? 0) > 0 && rest === 'unknown' ? [restLine(preview.rest!)] : []),
          ...problemLines(problems),
        ]
        return {
          lines,
          json: {
            ...{ ...told, images, problems, perLabel },
            ...{ changed: result?.states ?? 0, labelsAdded: result?.labels ?? 0, kept: result?.suggestions ?? 0 },
          },
        }
      },
      { readOnly: options.dryRun },
    ),
  )
}

function matchedIn({ matched, inFile, by }: { matched: number; inFile: number; by: Record<string, number> }): string {
  const ways = [
    ...(by.name > 0 ? [`${by.name} by the file’s name alone`] : []),
    ...(by.sha256 > 0 ? [`${by.sha256} by content`] : []),
  ]
  return `${matched} of ${counted(inFile, 'image')} matched${ways.length > 0 ? ` (${ways.join(', ')})` : ''}.`
}

function unmatchedLines({ unmatched, unmatchedPaths }: ImportPreview['images']): string[] {
  if (unmatched === 0) return []
  const shown = unmatchedPaths.slice(0, 3).join(', ')
  return [`Not in this project: ${counted(unmatched, 'image')} (${shown}${unmatched > 3 ? ', …' : ''}).`]
}

function suggestionsLine({ pairs, model }: { pairs: number; model: string }, kept: number | undefined): string {
  const of = `${counted(pairs, 'suggestion')} of ${model || 'a model'}`
  return kept === undefined
    ? `${of} would be kept.`
    : kept > 0
      ? `${of} kept as a model of the project.`
      : `${of} left out.`
}

function restLine(rest: number): string {
  return `What is not mentioned stays unknown: ${counted(rest, 'pair')}. With --rest absent it becomes absent.`
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}
