import { UserError } from '../../base/errors.ts'

export function noTextTower(specification: string): UserError {
  return new UserError(
    'no-text-tower',
    `The backbone ${specification} has no text encoder to tell what a name looks like.`,
    'Use one with a text encoder, such as CLIP or SigLIP, with text_model.onnx and tokenizer.json beside it or named as “text” in MODEL.onnx.json.',
  )
}
