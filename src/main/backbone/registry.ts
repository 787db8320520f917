import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../base/errors.ts'
import { type NormalisationName, normalisationNames, normalisationOf } from './normalisation.ts'
import { type Views, viewChoices } from './views.ts'

/** What a person who knows a model says about it. Everything else is read from the model itself. */
export interface ModelCard {
  /** Side of the square input in pixels, or width and height. */
  size?: number | [width: number, height: number]
  /** Of values in 0 … 1. Without it, and where the model itself doesn't tell: 0.5 and 0.5, which is x / 127.5 - 1. */
  mean?: [number, number, number]
  std?: [number, number, number]
  /** Names of outputs, where the model has several that fit. */
  features?: string
  pooled?: string
  /** How many tokens of a vision transformer come before the patches. */
  specialTokens?: number
  /** Name of the value that the last stage begins with, where that can't be found out. */
  lastStage?: string
  /** What turns names into vectors that images can be compared with, where the model has such another half. */
  text?: TextTowerCard
  licence?: string
  note?: string
}

/** The half of a model that was trained on pairs of images and texts (CLIP, SigLIP) which reads the texts. Files: beside the model, or absolute. */
export interface TextTowerCard {
  /** An ONNX file: token ids in, a vector of the image's space out. */
  encoder: string
  /** A `tokenizer.json`; a `tokenizer_config.json` beside it is read too. */
  tokenizer: string
  /** The encoder's output, where it has several that fit. */
  output?: string
  /** The output of the image model that lies in the same space, where it isn't the pooled vector or can't be told. */
  imageOutput?: string
  /** What is asked about a label. @default `a photo of a {label}` */
  template?: string
  /** Logit = scale × cosine + bias: exp(logit_scale), and logit_bias where there is one. */
  scale?: number
  bias?: number
  /** Tokens of a text, all told, where the encoder doesn't fix it. */
  length?: number
}

export interface RegistryEntry extends ModelCard {
  name: string
  file: string
  /** How images are looked at, where a person wants more than one look. */
  views?: Views
  /** Where mean and std are from; left out where nobody said, and they are taken for what is usual. */
  normalisationFrom?: NormalisationFrom
}

/** Who said how pixels are normalised: the person, the file beside the model, another program's beside it, or the model itself. */
export type NormalisationFrom = 'choice' | 'card' | 'preprocessor' | 'graph'

const resources = path.resolve(import.meta.dirname, '../../../resources/backbones')

/** The backbones that Surmise knows by name. A new one is one entry. */
export const registry: readonly RegistryEntry[] = [
  {
    name: 'surmise-tiny',
    file: path.join(resources, 'surmise-tiny.onnx'),
    size: 224,
    features: 'features',
    pooled: 'pooled',
    licence: 'Apache-2.0',
    note: 'Built in: small and quick. A full backbone, given as an ONNX file, gives much better suggestions.',
  },
]

/** Models that take any size, where nobody says which: large enough for small objects, still quick. */
export const defaultSize = 384

/**
 * Finds the model that a person named: a name of the registry, or the path of an ONNX file, each with `@size` and views
 * (`+flip`, `+crops`, `+flip+crops`: views.ts) if wanted, and `:imagenet` or another normalisation where the model can't tell.
 * Beside `FILE.onnx`, a file `FILE.onnx.json` may say what the model can't (ModelCard).
 * @throws UserError `backbone-unknown`, `backbone-card-wrong`
 */
export async function findModel(specification: string): Promise<RegistryEntry> {
  const { what, size, views, normalisation } = splitSpecification(specification)
  const chosen = normalisation && { ...normalisationOf(normalisation), normalisationFrom: 'choice' as const }
  const known = registry.find((entry) => entry.name === what)
  if (known) return { normalisationFrom: 'card', ...known, size: size ?? known.size, views, ...chosen }
  if (!/\.onnx$/i.test(what)) {
    const names = registry.map((entry) => entry.name).join(', ')
    throw new UserError(
      'backbone-unknown',
      `There is no backbone called “${what}”.`,
      `Choose one of: ${names}; or give the path of an ONNX file (.onnx).`,
    )
  }
  const file = path.resolve(what)
  const card = await readCard(`${file}.json`)
  const said = card.mean || card.std ? { normalisationFrom: 'card' as const } : {}
  const own = { ...said, ...chosen, name: path.basename(file), file, size: size ?? card.size, views }
  return { licence: '', note: '', ...card, ...own }
}

/** A name of the registry or a path, without size, normalisation and views. */
export const modelNamed = (specification: string): string => splitSpecification(specification).what

/** Whether this names a file, not an entry of the registry. */
export const namesFile = (specification: string): boolean => /\.onnx$/i.test(modelNamed(specification))

/** The same backbone, its pixels normalised in this way. */
export function withNormalisation(specification: string, normalisation: NormalisationName): string {
  const views = viewsOf(specification)
  return withViews(`${withViews(specification, 'none').replace(normalisationBehind, '')}:${normalisation}`, views)
}

/** The same backbone, looking at images in this way. */
export function withViews(specification: string, views: Views | 'none'): string {
  return specification.replace(viewsBehind, '') + (views === 'none' ? '' : `+${views}`)
}

/** How the backbone so named looks at images. */
export function viewsOf(specification: string): Views | 'none' {
  const behind = viewsBehind.exec(specification)?.[0] ?? ''
  return viewChoices.find((choice) => `+${choice}` === behind) ?? 'none'
}

const viewsBehind = /(\+flip)?(\+crops)?$/

const normalisationBehind = new RegExp(`:(${normalisationNames.join('|')})$`)

/** `model.onnx@384:imagenet+flip` → model.onnx, 384, imagenet, flip */
function splitSpecification(specification: string): {
  what: string
  size?: number
  views?: Views
  normalisation?: NormalisationName
} {
  const views = viewsOf(specification)
  const plain = withViews(specification, 'none')
  const normalisation = normalisationBehind.exec(plain)?.[1] as NormalisationName | undefined
  const rest = plain.replace(normalisationBehind, '')
  const [, what, size] = /^(.+?)(?:@(\d{2,4}))?$/.exec(rest) ?? [undefined, rest]
  const others = { views: views === 'none' ? undefined : views, normalisation }
  return { what, size: size === undefined ? undefined : Number(size), ...others }
}

const side = z.number().int().min(16).max(4096)
const channels = z.tuple([z.number(), z.number(), z.number()])
/** Of a file beside a model, and of the descriptions of models that can be fetched. */
export const cardSchema = z
  .object({
    size: z.union([side, z.tuple([side, side])]),
    mean: channels,
    std: channels.refine((values) => values.every((value) => value > 0), 'must be above 0'),
    features: z.string(),
    pooled: z.string(),
    specialTokens: z.number().int().min(0).max(64),
    lastStage: z.string(),
    text: z
      .object({
        encoder: z.string(),
        tokenizer: z.string(),
        output: z.string().optional(),
        imageOutput: z.string().optional(),
        template: z.string().includes('{label}').optional(),
        scale: z.number().positive().optional(),
        bias: z.number().optional(),
        length: z.number().int().min(2).max(4096).optional(),
      })
      .strict(),
    licence: z.string(),
    note: z.string(),
  })
  .partial()
  .strict()

async function readCard(file: string): Promise<ModelCard> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  try {
    return cardSchema.parse(JSON.parse(text))
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new UserError(
      'backbone-card-wrong',
      `The description of the backbone can’t be used: ${file}: ${words}`,
      'Mend it: size, mean, std, features, pooled, specialTokens, lastStage, text, licence, note are known. Or delete it.',
      { cause: error },
    )
  }
}
