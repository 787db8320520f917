import { requireSafeModel } from '../../tensor/onnx/guard.ts'

/**
 * Looks through a model that came from elsewhere, before it gets its name.
 * @throws UserError `model-not-onnx`, `model-unsafe`
 */
export async function lookThrough(file: string): Promise<void> {
  await requireSafeModel(file)
}
