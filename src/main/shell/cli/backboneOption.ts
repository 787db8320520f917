import path from 'node:path'
import { Option } from 'commander'
import { type ViewsChoice, viewChoices } from '../../../contract/views.ts'
import { namesFile, withViews } from '../../app/backbones/backbones.ts'
import { common } from './texts/common.ts'

/** A backbone as it is typed: a name, or an ONNX file, with `@384` for its input size and `+flip`, `+tiles` or the like for its views. */
export function backboneOf(text: string, views?: ViewsChoice): string {
  const specification = views ? withViews(text, views) : text
  return namesFile(specification) ? path.resolve(specification) : specification
}

export function viewsOption(): Option {
  return new Option('--views <how>', common.views).choices(viewChoices)
}
