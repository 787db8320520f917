import type { ExchangeFormat } from '../../../contract/schemas.ts'
import type { Format } from '../../exchange/formats/format.ts'
import { formatById, formats } from '../../exchange/formats/list.ts'

export type { ExchangeFormat }

/** Every format, as screens and the command line describe it. */
export function describeFormats(): ExchangeFormat[] {
  return formats.map(exchangeFormatOf)
}

/** @throws UserError `format-unknown` */
export function describeFormat(id: string): ExchangeFormat {
  return exchangeFormatOf(formatById(id))
}

function exchangeFormatOf(format: Format): ExchangeFormat {
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
