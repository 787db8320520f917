import { writeSync } from 'node:fs'
import type { OutputConfiguration } from 'commander'
import { oneLine, visibleJson } from '../../base/visible.ts'

/*
 * The only place that writes to the terminal. Names of files, labels and models may come from strangers, and a terminal obeys control
 * characters, so they are escaped. `test/shell/hostileTerminal.deep.test.ts` checks that nothing else in this room writes.
 */

/** Prints lines on standard output; line breaks within them are escaped. */
export function say(...lines: readonly string[]): void {
  print(1, lines.map(oneLine))
}

/** Prints lines on standard error: errors, warnings and progress. */
export function sayError(...lines: readonly string[]): void {
  print(2, lines.map(oneLine))
}

export function sayJson(value: unknown): void {
  print(1, [visibleJson(value)])
}

/** Commander's own output is escaped too: its errors quote arguments, which may be file names that the shell expanded from `*`. */
export const commanderOutput: OutputConfiguration = {
  writeOut: (text) => say(...text.trimEnd().split('\n')),
  writeErr: (text) => sayError(...text.trimEnd().split('\n')),
  outputError: (text) => sayError(...text.trimEnd().split(/\n(?=\(Did you mean )/)),
}

/** Synchronous, because the process may be about to end. */
function print(file: 1 | 2, lines: readonly string[]): void {
  try {
    writeSync(file, `${lines.join('\n')}\n`)
  } catch (error) {
    // The reader is gone (`surmise status … | head`).
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}
