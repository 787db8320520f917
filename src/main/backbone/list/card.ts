import { z } from 'zod'

/** What a person who knows a model says about it. Everything else is read from the model itself. */
export interface ModelCard {
  /** Side of the square input in pixels, or width and height. */
  size?: number | [width: number, height: number]
  /** Of values in 0 … 1. Without it, and where the model itself doesn't tell: 0.5 and 0.5, which is x / 127.5 - 1. */
  mean?: [number, number, number]
  std?: [number, number, number]
  /** Names of outputs, where the model has several that fit. */
  features?: string
  pooled?: string
  /** How many tokens of a vision transformer come before the patches. */
  specialTokens?: number
  /** Images a run that are known to be fastest on a processor; it changes no feature. */
  batch?: number
  /** Name of the value that the last stage begins with, where that can't be found out. */
  lastStage?: string
  /** What turns names into vectors that images can be compared with, where the model has such another half. */
  text?: TextTowerCard
  licence?: string
  note?: string
}

/** The half of a model that was trained on pairs of images and texts (CLIP, SigLIP) which reads the texts. Files: beside the model, or absolute. */
export interface TextTowerCard {
  /** An ONNX file: token ids in, a vector of the image's space out. */
  encoder: string
  /** A `tokenizer.json`; a `tokenizer_config.json` beside it is read too. */
  tokenizer: string
  /** The encoder's output, where it has several that fit. */
  output?: string
  /** The output of the image model that lies in the same space, where it isn't the pooled vector or can't be told. */
  imageOutput?: string
  /** What is asked about a label. @default `a photo of a {label}` */
  template?: string
  /** Logit = scale × cosine + bias: exp(logit_scale), and logit_bias where there is one. */
  scale?: number
  bias?: number
  /** Tokens of a text, all told, where the encoder doesn't fix it. */
  length?: number
}

const side = z.number().int().min(16).max(4096)
const channels = z.tuple([z.number(), z.number(), z.number()])
/** Of a file beside a model, and of the descriptions of models that can be fetched. */
export const cardSchema = z
  .object({
    size: z.union([side, z.tuple([side, side])]),
    mean: channels,
    std: channels.refine((values) => values.every((value) => value > 0), 'must be above 0'),
    features: z.string(),
    pooled: z.string(),
    specialTokens: z.number().int().min(0).max(64),
    batch: z.number().int().min(1).max(64),
    lastStage: z.string(),
    text: z
      .object({
        encoder: z.string(),
        tokenizer: z.string(),
        output: z.string().optional(),
        imageOutput: z.string().optional(),
        template: z.string().includes('{label}').optional(),
        scale: z.number().positive().optional(),
        bias: z.number().optional(),
        length: z.number().int().min(2).max(4096).optional(),
      })
      .strict(),
    licence: z.string(),
    note: z.string(),
  })
  .partial()
  .strict()
