import { requireSafeModel } from '../../tensor/onnx/guard.ts'

/**
 * Inspects a downloaded model before it gets its final name.
 * @throws UserError `model-not-onnx`, `model-unsafe`
 */
export async function lookThrough(file: string): Promise<void> {
  await requireSafeModel(file)
}
