import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { z } from 'zod'
import { shortened, UserError } from '../../base/errors.ts'
import { Session, type Tensor, tensorOf, type ValueInfo } from '../../tensor/run/session.ts'
import type { TextTower } from './textFiles.ts'

/** Texts per run. */
const textsAtOnce = 16
/** Maximum length of a text in tokens, if no other limit is given. */
const mostTokens = 512

/** The relevant settings from the file beside a tokenizer. */
const tokenizerSettings = z
  .object({
    model_max_length: z.number().optional().catch(undefined),
    pad_token: z
      .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
      .nullish()
      .catch(undefined),
    do_lower_case: z.boolean().optional().catch(undefined),
  })
  .loose()
const tokenizerFile = z
  .object({
    padding: z.object({ pad_id: z.number() }).loose().nullish().catch(undefined),
    truncation: z.object({ max_length: z.number() }).loose().nullish().catch(undefined),
  })
  .loose()

/**
 * Vectors of texts, in the space shared with the backbone's images.
 * @returns row-major, [texts, width]
 * @throws UserError `text-tower-unreadable`
 */
export async function textVectors(
  tower: TextTower,
  texts: readonly string[],
): Promise<{ vectors: Float32Array; width: number }> {
  const read = await readTokenizer(tower)
  const session = await Session.open(tower.encoder, { threads: 0 }).catch((error) => {
    throw error instanceof UserError ? error : unreadable(tower, error.message, error)
  })
  try {
    const inputs = inputsOf(session.inputs, tower)
    const batch = typeof inputs.ids.shape[0] === 'number' ? inputs.ids.shape[0] : textsAtOnce
    const rows: Float32Array[] = []
    for (let start = 0; start < texts.length; start += batch) {
      const some = texts.slice(start, start + batch)
      const tokens = some.map((text) => read.encode(text))
      const length =
        fixedLength(inputs.ids) ?? tower.length ?? read.length ?? Math.max(...tokens.map(({ length }) => length))
      // An encoder with a fixed batch always runs a full one, padded with the last text.
      const all = Array.from({ length: typeof inputs.ids.shape[0] === 'number' ? batch : some.length }, (_, i) =>
        padded(tokens[Math.min(i, tokens.length - 1)], length, read.padding),
      )
      const results = await session.run(feedsOf(inputs, all, length))
      rows.push(...vectorsOf(results, all.length, tower).slice(0, some.length))
    }
    const width = rows[0]?.length ?? 0
    const vectors = new Float32Array(rows.length * width)
    rows.forEach((row, i) => {
      vectors.set(row, i * width)
    })
    if (!vectors.every(Number.isFinite)) throw unreadable(tower, 'it returns numbers that aren’t finite')
    return { vectors, width }
  } catch (error) {
    throw error instanceof UserError
      ? error
      : unreadable(tower, error instanceof Error ? error.message : String(error), error)
  } finally {
    await session.close()
  }
}

interface ReadTokenizer {
  encode(text: string): number[]
  /** The number of tokens that every text is padded to; undefined if any will do. */
  length: number | undefined
  padding: number
}

async function readTokenizer(tower: TextTower): Promise<ReadTokenizer> {
  try {
    const file: unknown = JSON.parse(await readFile(tower.tokenizer, 'utf8'))
    const beside = path.join(path.dirname(tower.tokenizer), 'tokenizer_config.json')
    const settings: unknown = JSON.parse(await readFile(beside, 'utf8').catch(() => '{}'))
    const tokenizer = new Tokenizer(file as object, settings as object)
    const { model_max_length: longest, pad_token: pad, do_lower_case: lower } = tokenizerSettings.parse(settings)
    const { padding, truncation } = tokenizerFile.parse(file)
    const length = [longest, truncation?.max_length].find((count) => count !== undefined && count <= mostTokens)
    const padToken = typeof pad === 'string' ? tokenizer.token_to_id(pad) : undefined
    return {
      encode: (text) => tokenizer.encode(lower ? text.toLowerCase() : text).ids,
      length,
      padding: padToken ?? padding?.pad_id ?? 0,
    }
  } catch (error) {
    throw unreadable(tower, `its tokenizer can’t be read: ${error instanceof Error ? error.message : error}`, error)
  }
}

/** Truncated in the middle, to keep the final token, which sums up the text. */
function padded(tokens: readonly number[], length: number, padding: number): { ids: number[]; kept: number } {
  const ids = tokens.length > length ? [...tokens.slice(0, length - 1), tokens[tokens.length - 1]] : [...tokens]
  const kept = ids.length
  while (ids.length < length) ids.push(padding)
  return { ids, kept }
}

interface TextInputs {
  ids: ValueInfo
  mask: ValueInfo | undefined
}

function inputsOf(inputs: readonly ValueInfo[], tower: TextTower): TextInputs {
  const whole = inputs.filter(({ type, shape }) => /^int(32|64)$/.test(type) && shape.length === 2)
  const mask = whole.find(({ name }) => /mask/i.test(name))
  const [ids, ...others] = whole.filter((input) => input !== mask)
  if (ids && others.length === 0 && whole.length === inputs.length) return { ids, mask }
  const list = inputs.map(({ name, type }) => `${name} (${type})`).join(', ')
  throw unreadable(tower, `it takes ${list}, not text tokens`)
}

const fixedLength = ({ shape }: ValueInfo): number | undefined => (typeof shape[1] === 'number' ? shape[1] : undefined)

function feedsOf(
  { ids, mask }: TextInputs,
  texts: readonly { ids: number[]; kept: number }[],
  length: number,
): Record<string, Tensor> {
  const tensor = ({ type }: ValueInfo, numbers: number[]): Tensor => {
    const shape = [texts.length, length]
    return type === 'int64'
      ? tensorOf('int64', BigInt64Array.from(numbers, BigInt), shape)
      : tensorOf('int32', Int32Array.from(numbers), shape)
  }
  const feeds = {
    [ids.name]: tensor(
      ids,
      texts.flatMap((text) => text.ids),
    ),
  }
  if (mask)
    feeds[mask.name] = tensor(
      mask,
      texts.flatMap(({ kept }) => Array.from({ length }, (_, i) => (i < kept ? 1 : 0))),
    )
  return feeds
}

const usual = ['text_embeds', 'text_features', 'sentence_embedding', 'pooler_output', 'embeddings']

function vectorsOf(results: Record<string, Tensor>, texts: number, tower: TextTower): Float32Array[] {
  const fits = ({ type, dims }: Tensor): boolean =>
    /^float(16|32)$/.test(type) && dims.length === 2 && dims[0] === texts
  const names = Object.keys(results).filter((name) => fits(results[name]))
  const name = tower.output ?? usual.find((one) => names.includes(one)) ?? names[0]
  const tensor = results[name ?? '']
  if (!tensor || !fits(tensor))
    throw unreadable(tower, `it returns no text vector${tower.output ? ` called “${tower.output}”` : ''}`)
  const data = Float32Array.from(tensor.data as Float32Array | Float16Array)
  const width = data.length / texts
  return Array.from({ length: texts }, (_, i) => data.subarray(i * width, (i + 1) * width))
}

function unreadable({ encoder }: TextTower, why: string, cause?: unknown): UserError {
  return new UserError(
    'text-tower-unreadable',
    `The backbone’s text encoder can’t be used, ${shortened(why, 300)}: ${encoder}`,
    'Export it again with its tokenizer.json, or mark some labels and fine-tune instead.',
    { cause },
  )
}
