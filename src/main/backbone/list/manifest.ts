import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { shortened, UserError } from '../../base/errors.ts'
import { cardSchema } from './card.ts'

/** Names a file with a list of an organisation's own, in the form of the manifest: it adds to what is known, and replaces what it names. */
export const ownListVariable = 'SURMISE_BACKBONES'

export const resourcesFolder = path.resolve(import.meta.dirname, '../../../../resources/backbones')

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'small letters, digits, points and hyphens')

const remoteFile = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** Only where it is known for certain: a file of another size is refused. */
  bytes: z.int().positive().nullable().default(null),
  /** Only where it is known for certain. Without it, that of the first download is remembered, and checked from then on. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
})
export type RemoteFile = z.infer<typeof remoteFile>

const fileName = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}$/, 'a file’s name')

const entry = z
  .strictObject({
    name,
    title: z.string().min(1),
    /** The file’s name among those that Surmise brings. */
    builtIn: fileName.optional(),
    model: remoteFile.optional(),
    /** What of it is told before it is there. */
    megabytes: z.number().positive(),
    licence: z.string().min(1),
    goodAt: z.string().min(1),
    /** How images are to be given to it, and what to take of it. */
    card: cardSchema.omit({ licence: true, note: true }),
    /** The files that the card’s `text` names, where there is such a thing: fetched beside the model, by who wants them. */
    textEncoder: z
      .strictObject({
        megabytes: z.number().positive(),
        files: z.array(remoteFile.extend({ as: fileName })).min(2),
      })
      .optional(),
    /** What nobody has made sure of yet, in a few words each. */
    unverified: z.array(z.string()).default([]),
  })
  .refine(({ builtIn, model }) => (builtIn === undefined) !== (model === undefined), 'builtIn, or model')
export type ManifestEntry = z.infer<typeof entry>

const manifest = z.strictObject({ version: z.literal(1), backbones: z.array(entry) })

const read = new Map<string, readonly ManifestEntry[]>()

/**
 * The backbones that Surmise knows by name.
 * @throws UserError `backbone-list-wrong` of a list of one's own
 */
export function knownBackbones(environment: NodeJS.ProcessEnv = process.env): readonly ManifestEntry[] {
  const known = listIn(path.join(resourcesFolder, 'manifest.json'))
  const ownList = environment[ownListVariable]
  if (!ownList) return known
  const own = listIn(path.resolve(ownList))
  const replaced = known.map((one) => own.find((other) => other.name === one.name) ?? one)
  return [...replaced, ...own.filter((one) => !known.some((other) => other.name === one.name))]
}

/** @throws UserError `backbone-unknown` */
export function knownBackbone(wanted: string): ManifestEntry {
  const all = knownBackbones()
  const found = all.find((one) => one.name === wanted)
  if (found) return found
  throw new UserError(
    'backbone-unknown',
    `There is no backbone called “${wanted}”.`,
    `Choose one of: ${all.map((one) => one.name).join(', ')}; or use the path of an ONNX file (.onnx).`,
  )
}

function listIn(file: string): readonly ManifestEntry[] {
  const before = read.get(file)
  if (before) return before
  try {
    const { backbones } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    read.set(file, backbones)
    return backbones
  } catch (cause) {
    const words = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause)
    throw new UserError(
      'backbone-list-wrong',
      `The list of backbones can’t be used: ${file}: ${shortened(words, 300)}`,
      `Fix the file named by ${ownListVariable}, or unset that variable.`,
      { cause },
    )
  }
}
