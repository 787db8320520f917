import { writeSync } from 'node:fs'
import type { OutputConfiguration } from 'commander'
import { oneLine, visibleJson } from '../../base/visible.ts'

/*
 * The one way out to the terminal: names of files, labels and models come from strangers, and a terminal does what control
 * characters tell it to. `test/shell/hostileTerminal.deep.test.ts` sees to it that nothing else here writes.
 */

/** Each line is written as one line: a line break within it is shown, not made. */
export function say(...lines: readonly string[]): void {
  print(1, lines.map(oneLine))
}

/** The same on the standard error: what goes wrong, and how far things are. */
export function complainOf(...lines: readonly string[]): void {
  print(2, lines.map(oneLine))
}

export function sayJson(value: unknown): void {
  print(1, [visibleJson(value)])
}

/** What the library of the command line has to say: its errors quote what was typed, and a shell's `*` types names of files. */
export const commanderOutput: OutputConfiguration = {
  writeOut: (text) => say(...text.trimEnd().split('\n')),
  writeErr: (text) => complainOf(...text.trimEnd().split('\n')),
  outputError: (text) => complainOf(...text.trimEnd().split(/\n(?=\(Did you mean )/)),
}

/** At once: the process may be about to end. */
function print(file: 1 | 2, lines: readonly string[]): void {
  try {
    writeSync(file, `${lines.join('\n')}\n`)
  } catch (error) {
    // Whoever was to read it has gone (`surmise status … | head`).
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}
