import path from 'node:path'
import { asUserError, cancelled } from '../../base/errors.ts'
import { writeAtomically } from '../../base/files.ts'
import type { Side } from '../../domain/state.ts'
import { csvLine, neutralised } from './csvCells.ts'
import { TextWriter } from './textWriter.ts'

export interface SuggestionRow {
  /** Relative to the images' root. */
  image: string
  label: string
  /** That the label is present, 0 … 1. */
  probability: number
  suggestion: Side
  /** Of a known pair, of which the probability is held out. */
  known?: Side
}

/**
 * Writes image,label,probability,suggestion, in the order in which they come; with `known`, also known,held_out: empty for
 * suggestions; what is known, and “yes”, for the others.
 * @returns how many @throws UserError of the file system, `cancelled`
 */
export async function writeSuggestionsCsv(
  target: string,
  rows: Iterable<SuggestionRow> | AsyncIterable<SuggestionRow>,
  { known: withKnown = false, signal }: { known?: boolean; signal?: AbortSignal } = {},
): Promise<number> {
  let count = 0
  try {
    await writeAtomically(path.resolve(target), async (handle) => {
      const out = new TextWriter(handle)
      const columns = ['image', 'label', 'probability', 'suggestion']
      out.write(csvLine(withKnown ? [...columns, 'known', 'held_out'] : columns))
      for await (const { image, label, probability, suggestion, known } of rows) {
        count++
        // Six digits are more than any calibration can promise.
        const number = String(Number(probability.toFixed(6)))
        const cells = [neutralised(image), neutralised(label), number, suggestion]
        if (withKnown) cells.push(known ?? '', known ? 'yes' : '')
        if (!out.write(csvLine(cells))) continue
        await out.flush()
        if (signal?.aborted) throw cancelled('The export')
      }
      await out.end()
    })
  } catch (error) {
    throw asUserError(error)
  }
  return count
}
