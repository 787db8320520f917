import path from 'node:path'
import type { Backbone } from '../backbone/backbone.ts'
import { writeAtomically } from '../base/files.ts'
import { cardMarkdown, type ModelCard } from './card.ts'
import { exampleProgram } from './examples.ts'
import { onnxFiles } from './modelFiles.ts'

export interface WrittenModel {
  model: Uint8Array
  card: ModelCard
  backbone: Backbone
  trunk: Backbone | undefined
  /** Absolute. */
  target: string
}

/** Writes the model, its card in two formats, and two examples to one folder. @returns their paths, the model first */
export async function writeModelFiles({ model, card, backbone, target }: WrittenModel): Promise<string[]> {
  const files = onnxFiles(target)
  const example = (language: 'py' | 'mjs'): Promise<string> =>
    exampleProgram(language, {
      model: path.basename(target),
      card: path.basename(files.cardJson),
      example: path.basename(language === 'py' ? files.python : files.node),
      input: card.input ? 'image' : 'features',
      batch: card.input ? (backbone.input.batch ?? 1) : 1,
    })
  const written: [string, string | Uint8Array][] = [
    [files.model, model],
    [files.cardJson, `${JSON.stringify(card, undefined, 2)}\n`],
    [files.cardText, cardMarkdown(card)],
    [files.python, await example('py')],
    [files.node, await example('mjs')],
  ]
  for (const [place, content] of written) await writeAtomically(place, (handle) => handle.writeFile(content))
  return written.map(([place]) => place)
}
