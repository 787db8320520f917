import type { Format } from '../../src/main/exchange/formats/format.ts'
import { formats } from '../../src/main/exchange/formats/list.ts'
import type { Setting } from '../../src/main/exchange/formats/settings.ts'
import { tableText } from './table.ts'

/** What each format can say, where it stops, what it asks, and how it was checked. */
export function formatsText(): string {
  const head = ['format', '`--format`', 'import', 'export', 'absent, unknown', 'who and when', 'suggestions']
  const rows = formats.map((format) => [
    ...[format.title, `\`${format.id}\``],
    ...[format.read ? (format.reads ?? 'file') : '–', format.write ? (format.writes ?? 'file') : '–'],
    ...[format.says.absent ? 'yes' : 'no', format.says.provenance, format.says.suggestions ? 'yes' : 'no'],
  ])
  return [tableText(head, rows), ...formats.map(formatText)].join('\n\n')
}

const images = {
  none: null,
  optional: 'Images can be copied or linked into the export: `--images copy` or `--images link`.',
  needed: 'The images are part of it: copied, or linked with `--images link`.',
}

function formatText({ id, title, limits, checked, images: placed = 'none', settings = [] }: Format): string {
  const questions = settings.map((setting) => [
    `\`--set ${setting.id}=${setting.choices ? setting.choices.map(({ value }) => value).join('|') : 'TEXT'}\``,
    setting.on === 'read' ? 'import' : 'export',
    [`**${setting.title}.** ${setting.hint}`, choicesText(setting)].filter(Boolean).join(' '),
    setting.usual === '' ? '–' : `\`${setting.usual}\``,
  ])
  return [
    `### ${title} (\`${id}\`)`,
    [limits, images[placed]].filter(Boolean).join(' '),
    `*Checked:* ${checked}.`,
    ...(questions.length > 0 ? [tableText(['question', 'on', 'meaning', 'default'], questions)] : []),
  ].join('\n\n')
}

function choicesText({ choices = [] }: Setting): string | null {
  const told = choices.filter(({ value, title }) => value !== title)
  return told.length === 0 ? null : `${told.map(({ value, title }) => `\`${value}\`: ${title}`).join('; ')}.`
}
