import path from 'node:path'
import type { AppContext } from './context.ts'

/**
 * Looks into a backbone before a project is told to use it.
 * @param specification a name of the registry or the path of an ONNX file, with `@size` if wanted
 * @returns the same, with the path made absolute: the project may be opened from another folder
 * @throws UserError that says why it can't be used
 */
export async function checkedBackbone({ compute }: AppContext, specification: string): Promise<string> {
  const isFile = /\.onnx(@\d+)?$/i.test(specification)
  const absolute = isFile ? path.resolve(specification) : specification
  await compute.run('resolveBackbone', { specification: absolute })
  return absolute
}
