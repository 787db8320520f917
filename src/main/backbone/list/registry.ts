import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { shortened, UserError } from '../../base/errors.ts'
import { fetchedFile } from '../download/fetched.ts'
import { type NormalisationName, normalisationNames, normalisationOf } from '../pixels/normalisation.ts'
import { type Views, viewChoices } from '../pixels/views.ts'
import { cardSchema, type ModelCard } from './card.ts'
import { knownBackbone } from './manifest.ts'

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

/** Models that take any size, where nobody says which: large enough for small objects, still quick. */
export const defaultSize = 384

/**
 * Finds the model that a person named: a name of the registry, or the path of an ONNX file, each with `@size` and views
 * (`+flip`, `+crops`, `+flip+tiles` …: views.ts) if wanted, and `:imagenet` or another normalisation where the model can't tell.
 * Beside `FILE.onnx`, a file `FILE.onnx.json` may say what the model can't (ModelCard).
 * @throws UserError `backbone-unknown`, `backbone-not-fetched`, `backbone-list-wrong`, `backbone-card-wrong`
 */
export async function findModel(specification: string): Promise<RegistryEntry> {
  const { what, size, views, normalisation } = splitSpecification(specification)
  const chosen = normalisation && { ...normalisationOf(normalisation), normalisationFrom: 'choice' as const }
  if (!/\.onnx$/i.test(what)) {
    const known = knownBackbone(what)
    const { name, licence, goodAt: note } = known
    const { file, card } = await fetchedFile(known)
    const own = { ...card, name, file, licence, note, size: size ?? card.size, views }
    return { normalisationFrom: 'card', ...own, ...chosen }
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

const viewsBehind = /(\+flip)?(\+(crops|tiles))?$/

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
      `The description of the backbone can’t be used: ${file}: ${shortened(words, 300)}`,
      'Fix or delete it. Known keys: size, mean, std, features, pooled, specialTokens, lastStage, text, licence, note.',
      { cause: error },
    )
  }
}
