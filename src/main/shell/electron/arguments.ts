import path from 'node:path'

/** The project file that the program was started with, if any. @param folder that it was started in */
export function projectIn(args: readonly string[], folder: string): string | undefined {
  const file = args.findLast((arg) => !arg.startsWith('-') && arg.endsWith('.surmise'))
  return file === undefined ? undefined : path.resolve(folder, file)
}
