import type { Command } from 'commander'
import { type ExchangeFormat, formatsTold, formatTold } from '../../app/exchange/formats.ts'
import { answer } from './report.ts'
import { type CommonOptions, withJson } from './run.ts'
import { tableText } from './table.ts'

export function addFormats(program: Command): void {
  const command = program
    .command('formats')
    .description('say which formats there are, and what each can say')
    .argument('[name]', 'one of them, with the questions that it asks')
  withJson(command).action((name: string | undefined, options: CommonOptions) => {
    const told = name === undefined ? { formats: formatsTold() } : { format: formatTold(name) }
    const lines = 'formats' in told ? tableOf(told.formats!) : details(told.format!)
    process.exitCode = answer({ lines, json: told }, options.json === true)
  })
}

function tableOf(formats: readonly ExchangeFormat[]): string[] {
  const rows = formats.map(({ id, title, says, reads, writes }) => [
    ...[id, title, reads ?? '–', writes ?? '–'],
    ...[says.absent ? 'yes' : 'no', says.provenance, says.suggestions ? 'yes' : 'no'],
  ])
  const head = ['name', 'format', 'import of a', 'export to a', 'absent, unknown', 'who and when', 'suggestions']
  return [...tableText(head, rows), '', 'surmise formats NAME says more.']
}

function details({ title, limits, checked, settings, images }: ExchangeFormat): string[] {
  const place = {
    none: '',
    optional: 'Images: --images copy|link puts them there.',
    needed: 'Images: copied, or linked.',
  }
  const questions = settings.flatMap(({ id, on, title: question, hint, choices, usual }) => [
    `--set ${id}=${choices ? choices.map(({ value }) => value).join('|') : 'TEXT'}   (${on === 'read' ? 'import' : 'export'})`,
    `    ${question}. ${hint}${usual === '' ? '' : ` Usually ${usual}.`}`,
  ])
  return [title, limits, `Checked: ${checked}.`, ...(place[images] ? [place[images]] : []), ...questions]
}
