import { readFile } from 'node:fs/promises'
import path from 'node:path'

const templates = path.resolve(import.meta.dirname, '../../../resources/examples')

export interface ExampleFacts {
  /** File names. */
  model: string
  card: string
  example: string
  /** What goes in. */
  input: 'image' | 'features'
  /** Images a run. */
  batch: number
}

/** A program of a few lines beside an exported model: it needs nothing of Surmise. */
export async function exampleProgram(
  language: 'py' | 'mjs',
  { model, card, example, input, batch }: ExampleFacts,
): Promise<string> {
  const template = await readFile(path.join(templates, `${input}.${language}`), 'utf8')
  // JSON's strings are strings of either language.
  return template
    .replaceAll('"__EXAMPLE__"', () => JSON.stringify(example))
    .replaceAll('"__MODEL__"', () => JSON.stringify(model))
    .replaceAll('"__CARD__"', () => JSON.stringify(card))
    .replaceAll('__BATCH__', String(batch))
}
