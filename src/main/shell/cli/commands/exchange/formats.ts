import type { Command } from 'commander'
import { describeFormat, describeFormats, type ExchangeFormat } from '../../../../app/exchange/formats.ts'
import { answer } from '../../answer.ts'
import { type CommonOptions, withJson } from '../../run.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { formats as texts } from '../../texts/exchange.ts'

export function addFormats(program: Command): void {
  const command = program.command('formats').description(texts.description).argument('[name]', texts.name)
  withJson(command).action((name: string | undefined, options: CommonOptions) => {
    const json = name === undefined ? { formats: describeFormats() } : { format: describeFormat(name) }
    const lines = 'formats' in json ? tableOf(json.formats!) : details(json.format!)
    process.exitCode = answer({ lines, json }, options.json === true)
  })
}

function tableOf(formats: readonly ExchangeFormat[]): string[] {
  const rows = formats.map(({ id, title, says, reads, writes }) => [
    ...[id, title, reads ?? common.none, writes ?? common.none],
    ...[says.absent ? texts.yes : texts.no, says.provenance, says.suggestions ? texts.yes : texts.no],
  ])
  return [...tableText(texts.columns, rows), '', texts.more]
}

function details({ title, limits, checked, settings, images }: ExchangeFormat): string[] {
  const place = texts.images[images]
  const questions = settings.flatMap(({ id, on, title: question, hint, choices, usual }) => [
    texts.setting(
      id,
      choices?.map(({ value }) => value),
      on,
    ),
    texts.question(question, hint, usual),
  ])
  return [title, limits, texts.checked(checked), ...(place ? [place] : []), ...questions]
}
