import { existsSync } from 'node:fs'
import path from 'node:path'
import { findModel, type RegistryEntry } from '../list/registry.ts'
import { publishedIn } from '../resolve/preprocessorFile.ts'

/** A backbone's text encoder. Plain data, which can pass between processes. */
export interface TextTower {
  /** Files, absolute. */
  encoder: string
  tokenizer: string
  output?: string
  imageOutput?: string
  /** The prompt for a label; `{label}` stands for its name. */
  template: string
  scale?: number
  bias?: number
  length?: number
}

export const defaultTemplate = 'a photo of a {label}'

/**
 * The text encoder of a backbone: the one its description names, or the one published with it
 * (`vision_model.onnx`, `text_model.onnx`, `tokenizer.json`). Nothing is loaded.
 * @returns undefined if it has none, or files are missing
 * @throws UserError `backbone-unknown`, `backbone-card-wrong`
 */
export async function findTextTower(specification: string): Promise<TextTower | undefined> {
  return textTowerOf(await findModel(specification))
}

export function textTowerOf({ file, text }: Pick<RegistryEntry, 'file' | 'text'>): TextTower | undefined {
  const tower = text
    ? {
        ...text,
        encoder: path.resolve(path.dirname(file), text.encoder),
        tokenizer: path.resolve(path.dirname(file), text.tokenizer),
      }
    : publishedTower(file)
  if (!tower || !existsSync(tower.encoder) || !existsSync(tower.tokenizer)) return undefined
  return { ...tower, template: text?.template ?? defaultTemplate }
}

function publishedTower(file: string): Pick<TextTower, 'encoder' | 'tokenizer'> | undefined {
  const name = path.basename(file)
  const other = name.replace(/vision|visual/i, (half) => (half.toLowerCase() === 'visual' ? 'textual' : 'text'))
  if (other === name) return undefined
  const tokenizer = publishedIn(file)
    .map((folder) => path.join(folder, 'tokenizer.json'))
    .find((one) => existsSync(one))
  return tokenizer === undefined ? undefined : { encoder: path.join(path.dirname(file), other), tokenizer }
}
