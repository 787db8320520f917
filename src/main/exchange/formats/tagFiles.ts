import { cancelled, shortened, UserError } from '../../base/errors.ts'
import { State } from '../../domain/state.ts'
import { Collected } from '../read/collected.ts'
import { hasImageName, readText, walkFiles } from '../read/walkFiles.ts'
import { type Evidence, type Format, type Glimpse, likely, type ReadOptions } from './format.ts'
import { answerTo, type Setting } from './settings.ts'

type Between = 'comma' | 'line' | 'space'

const separator: Setting = {
  id: 'separator',
  on: 'read',
  title: 'Tag separator',
  hint: 'The same in all files.',
  choices: [
    { value: 'auto', title: 'found automatically' },
    { value: 'comma', title: 'a comma' },
    { value: 'line', title: 'a line break' },
    { value: 'space', title: 'a space; “_” stands for a space in a name' },
  ],
  usual: 'auto',
}

/** Tags in a text beside each image (a.jpg and a.txt), as training tools and booru downloaders write them. */
export const tagFiles: Format = {
  id: 'tag-files',
  title: 'Tags in a text file beside each image',
  says: { absent: false, unlabelled: true, provenance: 'none', suggestions: false },
  limits: 'Tags name what is present. Sentences aren’t taken for tags. You’re asked about the rest.',
  checked: 'files as training tools write them, by hand',
  extensions: [],
  reads: 'folder',
  settings: [separator],
  recognises,
  read: readTagFiles,
}

function recognises({ isFolder, entries, inside }: Glimpse): Evidence | undefined {
  if (!isFolder) return undefined
  const images = imageKeys(entries)
  const beside = [...inside].filter(([entry]) => isBeside(entry, images))
  const texts = beside.map(([, { head }]) => head)
  // A word alone may be anything.
  if (separatorOf(texts) === undefined || !texts.some((text) => /[,_]|\S\s*\n\s*\S/.test(text))) return undefined
  return {
    score: likely,
    because: `${beside[0][0]} has tags and lies beside its image`,
    reads: (entry) => isBeside(entry, images),
  }
}

const withoutExtension = (name: string) => name.replace(/\.[^./]*$/, '')

/** What a text that is about one of these images is called, without .txt. */
function imageKeys(paths: readonly string[]): Set<string> {
  return new Set(paths.filter(hasImageName).flatMap((one) => [one, withoutExtension(one)]))
}

function isBeside(entry: string, images: ReadonlySet<string>): boolean {
  return /\.txt$/i.test(entry) && images.has(withoutExtension(entry))
}

/** In a tag, on the average and at most. */
const [wordsOnAverage, wordsAtMost] = [3, 12]

/** What separates the tags in these texts; undefined where they hold something else: numbers, or sentences. */
function separatorOf(texts: readonly string[]): Between | undefined {
  const filled = texts.map((text) => text.trim()).filter((text) => text !== '')
  if (filled.length === 0 || filled.every((text) => /^[\d\s.,+-]*$/.test(text))) return undefined
  // Boxes, as YOLO has them: a number of a class, and four numbers.
  if (filled.some((text) => /^\d+( [\d.-]+){4}/m.test(text))) return undefined
  const commas = filled.filter((text) => text.includes(',')).length
  const lines = filled.filter((text) => text.includes('\n')).length
  const spaces = filled.filter((text) => text.includes(' ')).length
  const found =
    commas * 2 >= spaces && commas > 0
      ? 'comma'
      : lines > 0
        ? 'line'
        : spaces > 0 && filled.some((text) => text.includes('_'))
          ? 'space'
          : 'comma'
  const tags = filled.flatMap((text) => tagsIn(text, found))
  // Corners of texts in an image, before what they say.
  if (tags.filter((tag) => Number.isFinite(Number(tag))).length * 2 > tags.length) return undefined
  const words = tags.map((tag) => tag.split(/\s+/).length)
  const isSentence = (tag: string) => /[.!?]$/.test(tag) && / /.test(tag)
  const mean = words.reduce((sum, count) => sum + count, 0) / words.length
  const sentences = tags.filter(isSentence).length
  return mean <= wordsOnAverage && sentences * 20 <= tags.length && Math.max(...words) <= wordsAtMost
    ? found
    : undefined
}

/** Brackets are escaped where a tool gives them a meaning. */
function tagsIn(text: string, between: Between): string[] {
  const parts =
    between === 'space'
      ? text.split(/\s+/).map((part) => part.replaceAll('_', ' '))
      : text.split(between === 'comma' ? /[,\n]/ : '\n')
  return parts.map((part) => part.trim().replace(/\\([()[\]])/g, '$1')).filter((part) => part !== '')
}

/** @throws UserError `not-tags`, `not-utf8`, `cancelled`, and those of the file system */
async function readTagFiles(folder: string, options: ReadOptions): Promise<Collected> {
  const collected = new Collected()
  collected.asksForRest = true
  const files = await walkFiles(folder, (name) => /\.txt$/i.test(name) || hasImageName(name), options)
  const images = files.filter(({ path }) => hasImageName(path))
  const keys = imageKeys(images.map(({ path }) => path))
  const texts = files.filter(({ path }) => isBeside(path, keys))
  const contents = new Map<string, string>()
  for (const [index, { path, file }] of texts.entries()) {
    if (options.signal?.aborted) throw cancelled('The import')
    contents.set(withoutExtension(path), (await readText(file)).replace(/^\ufeff/, ''))
    options.onProgress?.((index + 1) / texts.length)
  }
  const asked = answerTo(separator, options.settings)
  const between = asked === 'auto' ? separatorOf([...contents.values()]) : (asked as Between)
  if (between === undefined) throw notTags(folder, contents)
  for (const { path } of images) {
    const text = contents.get(path) ?? contents.get(withoutExtension(path))
    const image = collected.imageOf(path, { unlabelled: text === undefined })
    if (text === undefined)
      collected.problems.add('image-unlabelled', 'Images without a text file: nothing imported', path)
    else for (const tag of tagsIn(text, between)) collected.states.push(image, collected.labelOf(tag), State.present)
  }
  return collected
}

function notTags(folder: string, contents: ReadonlyMap<string, string>): UserError {
  const [first = ''] = [...contents.values()].filter((text) => text.trim() !== '')
  if (first === '') {
    return new UserError(
      'not-tags',
      `No image in this folder has a text file with tags beside it: ${folder}`,
      'Choose the folder with the images and their texts (a.jpg and a.txt).',
    )
  }
  return new UserError(
    'not-tags',
    `The texts beside the images aren’t lists of tags (“${shortened(first.trim(), 60)}”): ${folder}`,
    'If they are, set the option “separator” to comma, line or space. Sentences can’t be read as labels.',
  )
}
