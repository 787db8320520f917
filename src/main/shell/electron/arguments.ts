import path from 'node:path'

/** The project file named on the command line, if any. @param folder the working directory */
export function projectIn(args: readonly string[], folder: string): string | undefined {
  return filesIn(args, folder).findLast((file) => file.endsWith('.surmise'))
}

/**
 * Other files that may be named on the command line. Switches, URLs and the program's own folder are left out.
 * @param own the folder that Electron was started with, if the program isn't packaged
 */
export function othersIn(args: readonly string[], folder: string, own: string): string[] {
  return filesIn(args, folder).filter((file) => !file.endsWith('.surmise') && file !== own)
}

function filesIn(args: readonly string[], folder: string): string[] {
  // URLs are ignored, so that nothing on the web can trigger anything in this program.
  return args
    .filter((arg) => !arg.startsWith('-') && !/^[a-z][a-z\d+.-]+:/i.test(arg))
    .map((arg) => path.resolve(folder, arg))
}
