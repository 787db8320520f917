import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { ModelCard } from '../list/card.ts'

const channels = z.tuple([z.number(), z.number(), z.number()])
const sizes = z.object({ height: z.number(), width: z.number(), shortest_edge: z.number() }).partial()

/** The parts that matter here of the file that Hugging Face's programs write beside models. */
const preprocessorFile = z.object({
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: channels.optional(),
  image_std: channels.refine((values) => values.every((value) => value > 0)).optional(),
  do_center_crop: z.boolean().default(false),
  size: z.union([z.number(), sizes]).optional(),
  crop_size: z.union([z.number(), sizes]).optional(),
})

/**
 * A model's preprocessing as its publisher recorded it: `preprocessor_config.json` beside the
 * model, or above its folder `onnx`. Empty if there is none or it can't be understood.
 */
export async function readPreprocessorFile(model: string): Promise<Pick<ModelCard, 'mean' | 'std' | 'size'>> {
  for (const folder of publishedIn(model)) {
    const text = await readFile(path.join(folder, 'preprocessor_config.json'), 'utf8').catch(() => undefined)
    const said = text === undefined ? undefined : preprocessorFile.safeParse(parsed(text)).data
    if (!said) continue
    const { do_rescale: rescales, rescale_factor: factor, do_normalize: normalises, image_mean, image_std } = said
    const size = sideOf(said.do_center_crop ? (said.crop_size ?? said.size) : said.size)
    const known = size === undefined ? {} : { size }
    if (normalises && !(image_mean && image_std)) return known
    // The file's factor multiplies raw values; ours are divided by 255 first.
    const unit = rescales ? 255 * factor : 255
    const of = (values: readonly number[]): [number, number, number] => [
      values[0] / unit,
      values[1] / unit,
      values[2] / unit,
    ]
    return { ...known, mean: of(normalises ? image_mean! : [0, 0, 0]), std: of(normalises ? image_std! : [1, 1, 1]) }
  }
  return {}
}

/** Folders with the other files of a published model. */
export function publishedIn(model: string): string[] {
  const folder = path.dirname(model)
  return path.basename(folder) === 'onnx' ? [folder, path.dirname(folder)] : [folder]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sideOf(size: z.infer<typeof preprocessorFile>['size']): number | [number, number] | undefined {
  if (typeof size === 'number' || size === undefined) return whole(size)
  const { height, width, shortest_edge: shortest } = size
  if (whole(height) !== undefined && whole(width) !== undefined) return [width!, height!]
  return whole(shortest)
}

const whole = (size: number | undefined): number | undefined =>
  size !== undefined && Number.isInteger(size) && size >= 16 && size <= 4096 ? size : undefined
