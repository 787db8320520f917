import { hasImageName } from '../read/walkFiles.ts'

/*
 * Names as other programs change them: escaped in an address, with what a server puts behind a question mark, in other case, with what
 * Label Studio and Roboflow put before and behind them, without an extension. One step after the other: a step is only taken where no
 * image answers to the one before.
 */

export const looseSteps = ['address', 'case', 'renamed', 'twice', 'stem', 'stem-twice'] as const
export type LooseStep = (typeof looseSteps)[number]

/** What a file calls an image, as this step compares it. */
export function looseName(path: string, step: LooseStep): string {
  const address = addressOf(path)
  if (step === 'address') return address
  if (step === 'case') return folded(address)
  const [folder, name] = splitName(address)
  const original = originalName(name)
  // Label Studio’s converter marks the names of uploads once more.
  const isTwice = step === 'twice' || step === 'stem-twice'
  const plain = folder + (isTwice && converted.test(name) ? original.replace(uploaded, '') : original)
  // What a program has renamed has lost its blanks and signs, too.
  return plain === address ? folded(address) : squashed(folded(plain))
}

/** Whether a program has renamed it: those that do keep no folders, either. */
export function isRenamed(path: string): boolean {
  const [, name] = splitName(addressOf(path))
  return originalName(name) !== name
}

/** What the project calls an image, as this step compares it: several, where it may be meant by either. */
export function looseKeys(path: string, step: LooseStep): string[] {
  if (step === 'address') return [path.normalize('NFC')]
  const name = folded(path)
  if (step === 'case') return [name]
  if (step === 'renamed' || step === 'twice') return [squashed(name)]
  const stem = withoutExtension(name)
  return [...new Set([stem, squashed(stem)])]
}

/** Without the steps of stems where the name in the file has an extension: then another file may be meant. */
export function stepsFor(path: string): readonly LooseStep[] {
  return hasExtension(addressOf(path)) ? looseSteps.slice(0, -2) : looseSteps
}

function hasExtension(path: string): boolean {
  return path.includes('.') && hasImageName(path)
}

const parameter = /[?&](?:d|path|file|filename|image|img|src|url)=([^&#]+)/i

/** Without escapes and what follows a question mark; the parameter, where it is that which names the image. */
function addressOf(path: string): string {
  let text = path.replaceAll('\\', '/')
  const mark = text.search(/[?#]/)
  if (mark >= 0) {
    const [, named] = parameter.exec(text.slice(mark)) ?? []
    if (hasExtension(text.slice(0, mark))) text = text.slice(0, mark)
    else if (named !== undefined) text = named
    else if (/^[a-z]+:\/\//i.test(text)) text = text.slice(0, mark)
  }
  return decoded(text).replaceAll('\\', '/').normalize('NFC')
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** In one case, and without blanks around its parts. */
function folded(path: string): string {
  return path
    .normalize('NFC')
    .split('/')
    .map((part) => part.trim())
    .join('/')
    .toUpperCase()
    .toLowerCase()
}

const extensions = 'jpe?g|png|webp|bmp|tiff?|gif|avif|jfif'
const roboflow = new RegExp(`^(.+)[_.-](${extensions})\\.rf\\.[\\w-]{8,}(?:\\.\\w+)?$`, 'i')
const roboflowPlain = /^(.+)\.rf\.[\w-]{8,}(\.\w+)?$/i
const uploaded = /^[0-9a-f]{8}-(?=.)/i
const converted = /^[0-9a-f]{8}__(?=.)/i

/** The name before Label Studio (3804bcd3-a.jpg, or 3804bcd3__a%20b.jpg from its converter) or Roboflow (a_jpg.rf.0123….jpg) changed it. */
function originalName(name: string): string {
  const flown = roboflow.exec(name)
  if (flown) return `${flown[1]}.${flown[2]}`
  const plain = roboflowPlain.exec(name)
  if (plain) return `${plain[1]}${plain[2] ?? ''}`
  return name.replace(converted.test(name) ? converted : uploaded, '')
}

function squashed(path: string): string {
  return path.replace(/[^\p{L}\p{N}/]+/gu, '\u0001')
}

function splitName(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf('/') + 1
  return [path.slice(0, at), path.slice(at)]
}

function withoutExtension(path: string): string {
  const dot = path.lastIndexOf('.')
  return dot > path.lastIndexOf('/') + 1 ? path.slice(0, dot) : path
}
