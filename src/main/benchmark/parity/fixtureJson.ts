import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { unusable } from '../comparison.ts'

/**
 * Reads a fixture's JSON. Python writes NaN, which JSON doesn't have; it becomes null.
 * @throws UserError `fixture-unusable`
 */
export async function readFixtureJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  let value: unknown
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? unusable(file, 'there is no such file') : error
  })
  try {
    value = JSON.parse(text.replace(/(?<=[[,:]\s*)NaN(?=\s*[\],}])/g, 'null'))
  } catch {
    throw unusable(file, 'it is not JSON')
  }
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [{ path: place, message }] = error.issues
  throw unusable(file, `${place.join('.') || 'its content'}: ${message.replace(/\.$/, '')}`)
}
