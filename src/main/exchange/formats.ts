import { UserError } from '../base/errors.ts'
import { coco } from './coco.ts'
import type { Collected } from './collected.ts'
import { csv } from './csv.ts'
import type { ExportOptions, ExportReport, ExportSource } from './records.ts'

export interface ReadOptions {
  signal?: AbortSignal
  /** @param share of the file, 0 … 1 */
  onProgress?: (share: number) => void
}

/** A format of label sets: one file of this folder, and one line below. */
export interface Format {
  /** What the command line calls it. */
  id: string
  title: string
  /** With the dot; the first is the usual one. */
  extensions: readonly string[]
  /** What it can't say. */
  limits: string
  read?: (file: string, options: ReadOptions) => Promise<Collected>
  write?: (source: ExportSource, target: string, options: ExportOptions) => Promise<ExportReport>
}

export const formats: readonly Format[] = [coco, csv]

/** @throws UserError `format-unknown` */
export function formatById(id: string): Format {
  const format = formats.find((one) => one.id === id.toLowerCase())
  if (format) return format
  throw new UserError(
    'format-unknown',
    `There is no format “${id}”.`,
    `Choose one of: ${formats.map((one) => one.id).join(', ')}.`,
  )
}

/** The format that a file to be imported seems to have, by its name. @throws UserError `format-unknown` */
export function formatOfFile(file: string): Format {
  const name = file.toLowerCase()
  const format = formats.find((one) => one.read && one.extensions.some((extension) => name.endsWith(extension)))
  if (format) return format
  const known = formats.flatMap((one) => (one.read ? one.extensions : []))
  throw new UserError(
    'format-unknown',
    `Which format is this file? ${file}`,
    `Name the format, or choose a file that ends in ${known.join(', ')}.`,
  )
}
