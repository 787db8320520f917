import path from 'node:path'

/** The project file that the program was started with, if any. @param folder that it was started in */
export function projectIn(args: readonly string[], folder: string): string | undefined {
  return filesIn(args, folder).findLast((file) => file.endsWith('.surmise'))
}

/**
 * What else a command line names, perhaps: switches and addresses are left out, and the program's own folder.
 * @param own the folder that Electron is started with, where the program is not packaged
 */
export function othersIn(args: readonly string[], folder: string, own: string): string[] {
  return filesIn(args, folder).filter((file) => !file.endsWith('.surmise') && file !== own)
}

function filesIn(args: readonly string[], folder: string): string[] {
  // No address means anything here: nothing on the web can start something in this program.
  return args
    .filter((arg) => !arg.startsWith('-') && !/^[a-z][a-z\d+.-]+:/i.test(arg))
    .map((arg) => path.resolve(folder, arg))
}
