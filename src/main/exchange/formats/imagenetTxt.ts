import path from 'node:path'
import { shortened, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { readText, walkFiles } from '../read/walkFiles.ts'
import { type Evidence, type Format, type Glimpse, type ReadOptions, sure } from './format.ts'

/** Lists of images with the numbers of their labels, which synsets.txt names: Datumaro's imagenet_txt. */
export const imagenetTxt: Format = {
  id: 'imagenet-txt',
  title: 'ImageNet lists (synsets.txt)',
  says: { absent: false, unlabelled: true, provenance: 'none', suggestions: false },
  limits: 'Each line names an image and the numbers of what is present. You’re asked about the rest.',
  checked: 'a folder that Datumaro exported',
  extensions: [],
  reads: 'folder',
  recognises,
  read: readImagenetTxt,
}

const namesFile = /^synsets\.txt$/i
const list = /^[^/]+\.txt$/i

function recognises({ isFolder, inside }: Glimpse): Evidence | undefined {
  if (!isFolder || !inside.has('synsets.txt')) return undefined
  const found = [...inside.keys()].find((entry) => list.test(entry) && !namesFile.test(entry))
  if (found === undefined) return undefined
  return { score: sure, because: `synsets.txt names the numbers in ${found}`, reads: (entry) => list.test(entry) }
}

/** In bytes: ImageNet's own list has some 50 MB. */
const largest = 256 * 1024 * 1024

/** @throws UserError `not-imagenet-txt`, `not-utf8`, `cancelled`, and those of the file system */
async function readImagenetTxt(root: string, options: ReadOptions): Promise<Collected> {
  const files = (await walkFiles(root, (name) => list.test(name), options)).filter(({ path: name }) => list.test(name))
  const synsets = files.find(({ path: name }) => namesFile.test(name))
  if (!synsets) {
    throw new UserError(
      'not-imagenet-txt',
      `There is no synsets.txt in this folder: ${root}`,
      'Put it beside the lists.',
    )
  }
  const collected = new Collected()
  collected.asksForRest = true
  const names = linesOf(await readText(synsets.file, largest))
  for (const name of names) collected.labelOf(name)
  for (const { path: name, file } of files) {
    if (namesFile.test(name)) continue
    for (const [index, line] of linesOf(await readText(file, largest)).entries()) {
      const words = line.split(/\s+/)
      let first = words.length
      while (first > 1 && /^\d+$/.test(words[first - 1])) first--
      const numbers = words.slice(first)
      // Datumaro puts names with blanks between quotation marks, and the extension behind them.
      const image = line
        .slice(0, line.length - numbers.reduce((sum, one) => sum + one.length + 1, 0))
        .replaceAll('"', '')
      const at = collected.imageOf(image.trim(), { stem: true, ...(numbers.length === 0 && { unlabelled: true }) })
      for (const number of numbers) {
        const label = names[Number(number)]
        if (label !== undefined) collected.states.push(at, collected.labelOf(label), State.present)
        else {
          collected.images[at]!.unlabelled = true
          const example = () => `${path.basename(file)}, line ${index + 1}: ${shortened(line, 60)}`
          collected.problems.add('class-unknown', 'Numbers that synsets.txt has no name for: left out', example)
        }
      }
    }
  }
  return collected
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
