import path from 'node:path'
import { type Command, Option } from 'commander'
import type { ImportPreview } from '../../../../../contract/schemas.ts'
import { describeFormat } from '../../../../app/exchange/formats.ts'
import { mappingFile, renamesOf, startImport, startPreview } from '../../../../app/exchange/importing.ts'
import { UserError } from '../../../../base/errors.ts'
import { problemLines, repeatable, settingsOf, settingsOption } from '../../exchangeOptions.ts'
import { type CommonOptions, runOn, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { importing as texts } from '../../texts/exchange.ts'

interface Options extends CommonOptions {
  format?: string
  rest: 'unknown' | 'absent' | 'absent-everywhere'
  conflicts: 'keep' | 'replace'
  rename?: string[]
  mapping?: string
  set?: string[]
  suggestions: boolean
  dryRun?: boolean
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description(texts.description)
    .argument('<project>', common.project)
    .argument('<place>', texts.place)
    .option('--format <name>', texts.format)
    .addOption(
      new Option('--rest <meaning>', texts.rest).choices(['unknown', 'absent', 'absent-everywhere']).default('unknown'),
    )
    .addOption(new Option('--conflicts <choice>', texts.conflicts).choices(['keep', 'replace']).default('keep'))
    .addOption(repeatable('--rename <old=new>', texts.rename))
    .option('--mapping <file>', texts.mapping)
    .addOption(settingsOption('read'))
    .option('--no-suggestions', texts.noSuggestions)
    .option('--dry-run', common.dryRun)
  withJson(command).action((project: string, place: string, options: Options) =>
    runOn(
      project,
      options,
      async (workspace) => {
        const renames = new Map([
          ...(options.mapping === undefined ? [] : await mappingFile(path.resolve(options.mapping))),
          ...renamesOf(options.rename ?? []),
        ])
        const request = {
          path: path.resolve(place),
          format: options.format,
          settings: settingsOf(options.set),
          renames,
        }
        const preview = await startPreview(workspace, request).done
        const { images, problems, token, labels: perLabel, ...facts } = preview
        const { rest, conflicts, suggestions } = options
        const nothing = emptyImport(preview, options)
        if (nothing && !options.dryRun) throw nothing
        const result = options.dryRun
          ? null
          : await startImport(workspace, token, { rest, conflicts, suggestions }).done
        const lines = [
          ...detectedLines(preview),
          texts.together(
            result
              ? texts.done(result.states, result.labels)
              : texts.would(facts.states.fresh, facts.states.conflicting),
            texts.matched(images.matched, images.inFile, images.by.name, images.by.sha256),
          ),
          ...(options.dryRun ? previewLines(preview) : []),
          ...unmatchedLines(images),
          ...(preview.suggestions
            ? [texts.suggestions(preview.suggestions.pairs, preview.suggestions.model, result?.suggestions)]
            : []),
          ...restLines(preview, rest),
          ...problemLines(problems),
        ]
        return {
          lines: nothing ? [...lines, nothing.message, nothing.hint] : lines,
          failed: nothing !== undefined,
          json: {
            ...{ ...facts, images, problems, perLabel },
            ...{ changed: result?.states ?? 0, labelsAdded: result?.labels ?? 0, kept: result?.suggestions ?? 0 },
          },
        }
      },
      { readOnly: options.dryRun },
    ),
  )
}

function detectedLines({ format, detected }: ImportPreview): string[] {
  if (!detected) return []
  const { because, others, ignored } = detected
  return [
    texts.detected(describeFormat(format).title, because),
    ...(others.length > 0 ? [texts.couldBe(others)] : []),
    ...(ignored.length > 0 ? [texts.ignored(ignored)] : []),
  ]
}

/** The error for an import without any effect; undefined if there is something to import, or the project knows it all already. */
function emptyImport(
  { images, states, suggestions, rest, restEmpty, labels }: ImportPreview,
  options: Options,
): UserError | undefined {
  // A file with nothing but label names adds those.
  if (images.inFile === 0 && labels.some(({ known }) => !known)) return undefined
  if (images.matched === 0) {
    const message = texts.nothing.images(images.inFile, images.unmatchedPaths[0] ?? '')
    return new UserError('import-nothing', message, texts.nothing.imagesHint)
  }
  if (states.present + states.absent > 0 || (suggestions && options.suggestions)) return undefined
  if (options.rest !== 'unknown' && (rest ?? 0) > 0) return undefined
  if (options.rest === 'absent-everywhere' && (restEmpty?.pairs ?? 0) > 0) return undefined
  return new UserError('import-nothing', texts.nothing.marks, texts.nothing.marksHint)
}

const labelsShown = 30

/** Preview lines: labels with their counts, and the first images. */
function previewLines({ labels, first }: ImportPreview): string[] {
  const rows = labels
    .toSorted((a, b) => b.present - a.present)
    .slice(0, labelsShown)
    .map(({ name, known, present, absent }) => [name, `${present}`, `${absent}`, known ? '' : texts.isNew])
  return [
    ...(rows.length > 0 ? ['', ...tableText(texts.columns, rows)] : []),
    ...(labels.length > labelsShown ? [texts.moreLabels(labels.length - labelsShown)] : []),
    ...(first.length > 0 ? ['', texts.firstImages] : []),
    ...first.map(({ image, present, absent }) => texts.firstImage(image, present, absent)),
    '',
  ]
}

function unmatchedLines({ unmatched, unmatchedPaths, ambiguous, ambiguousPaths }: ImportPreview['images']): string[] {
  const unclear = new Set(ambiguousPaths)
  const missing = unmatchedPaths.filter((path) => !unclear.has(path))
  return [
    ...(unmatched > ambiguous ? [texts.unmatched(unmatched - ambiguous, missing.slice(0, 3))] : []),
    ...(ambiguous > 0 ? [texts.ambiguous(ambiguous, ambiguousPaths.slice(0, 3))] : []),
  ]
}

function restLines({ rest: pairs, restEmpty }: ImportPreview, rest: Options['rest']): string[] {
  return [
    ...((pairs ?? 0) > 0 && rest === 'unknown' ? [texts.unmentioned(pairs!)] : []),
    ...(restEmpty && restEmpty.pairs > 0 && rest !== 'absent-everywhere'
      ? [texts.unmentionedEmpty(restEmpty.images)]
      : []),
  ]
}
