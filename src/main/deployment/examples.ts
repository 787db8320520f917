import { readFile } from 'node:fs/promises'
import path from 'node:path'

const templates = path.resolve(import.meta.dirname, '../../../resources/examples')

export interface ExampleFacts {
  /** Its file name */
  model: string
  card: string
  example: string
  /** What the model takes */
  input: 'image' | 'features'
  /** Images per run */
  batch: number
}

/** A short example program to put beside an exported model; it doesn't need Surmise. */
export async function exampleProgram(
  language: 'py' | 'mjs',
  { model, card, example, input, batch }: ExampleFacts,
): Promise<string> {
  const template = await readFile(path.join(templates, `${input}.${language}`), 'utf8')
  // JSON strings are valid in both languages.
  return template
    .replaceAll('"__EXAMPLE__"', () => JSON.stringify(example))
    .replaceAll('"__MODEL__"', () => JSON.stringify(model))
    .replaceAll('"__CARD__"', () => JSON.stringify(card))
    .replaceAll('__BATCH__', String(batch))
}
