import path from 'node:path'
import { Option } from 'commander'
import { type ViewsChoice, viewChoices } from '../../../contract/views.ts'
import { namesFile, withViews } from '../../app/backbones/backbones.ts'
import { common } from './texts/common.ts'

/** Parses a backbone argument: a name or ONNX file, optionally with its input size (`@384`) and views (`+flip`, `+tiles`, …). */
export function backboneOf(text: string, views?: ViewsChoice): string {
  const specification = views ? withViews(text, views) : text
  return namesFile(specification) ? path.resolve(specification) : specification
}

export function viewsOption(): Option {
  return new Option('--views <how>', common.views).choices(viewChoices)
}
