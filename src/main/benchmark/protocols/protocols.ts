import type { ImageFile } from '../imageFiles.ts'
import { readCoco2014 } from './protocolCoco2014.ts'
import { readVg200 } from './protocolVg200.ts'
import { readVoc2007 } from './protocolVoc2007.ts'

/** One split of a data set with complete labels. */
export interface Split {
  images: ImageFile[]
  /** 1 present, 0 absent, row-major N×C */
  truth: Uint8Array
}

/** A data set, split as in the published comparisons. */
export interface ProtocolData {
  labels: string[]
  training: Split
  test: Split
}

/**
 * The protocols of published results with partial labels, each read from the data set's own folder layout.
 * @throws UserError `benchmark-folder`; those of JSON files; the signal's reason
 */
export const protocols = {
  voc2007: readVoc2007,
  coco2014: readCoco2014,
  vg200: readVg200,
} satisfies Record<string, (folder: string, signal?: AbortSignal) => Promise<ProtocolData>>

export type ProtocolName = keyof typeof protocols
