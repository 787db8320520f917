import path from 'node:path'
import type { Backbone } from '../backbone/backbone.ts'
import { writeAtomically } from '../base/files.ts'
import { cardMarkdown, type ModelCard } from './card.ts'
import { exampleProgram } from './examples.ts'

export interface WrittenModel {
  model: Uint8Array
  card: ModelCard
  backbone: Backbone
  trunk: Backbone | undefined
  /** Absolute. */
  target: string
}

/** The model, its card twice, and the two examples, side by side. @returns their paths, the model first */
export async function writeModelFiles({ model, card, backbone, target }: WrittenModel): Promise<string[]> {
  const stem = target.replace(/\.onnx$/i, '')
  const name = path.basename(stem)
  const example = (language: 'py' | 'mjs'): Promise<string> =>
    exampleProgram(language, {
      model: path.basename(target),
      card: `${name}.card.json`,
      example: `${name}.example.${language}`,
      input: card.input ? 'image' : 'features',
      batch: card.input ? (backbone.input.batch ?? 1) : 1,
    })
  const written: [string, string | Uint8Array][] = [
    [target, model],
    [`${stem}.card.json`, `${JSON.stringify(card, undefined, 2)}\n`],
    [`${stem}.card.md`, cardMarkdown(card)],
    [`${stem}.example.py`, await example('py')],
    [`${stem}.example.mjs`, await example('mjs')],
  ]
  for (const [place, content] of written) await writeAtomically(place, (handle) => handle.writeFile(content))
  return written.map(([place]) => place)
}
