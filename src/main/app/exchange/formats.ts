import type { ExchangeFormat } from '../../../contract/schemas.ts'
import type { Format } from '../../exchange/formats/format.ts'
import { formatById, formats } from '../../exchange/formats/list.ts'

export type { ExchangeFormat }

export function formatsTold(): ExchangeFormat[] {
  return formats.map(told)
}

/** @throws UserError `format-unknown` */
export function formatTold(id: string): ExchangeFormat {
  return told(formatById(id))
}

/** What a screen or a person has to know of a format. */
function told(format: Format): ExchangeFormat {
  const { id, title, says, limits, checked, extensions, reads, writes, images, settings, read, write } = format
  return {
    ...{ id, title, says, limits, checked },
    reads: read ? (reads ?? 'file') : null,
    writes: write ? (writes ?? 'file') : null,
    images: images ?? 'none',
    settings: settings?.map((setting) => ({ ...setting, choices: setting.choices && [...setting.choices] })) ?? [],
    extensions: extensions.map((extension) => extension.replace(/^\./, '')),
  }
}
