import { mergeCaches } from '../backbone/cache/shards.ts'
import { embed } from '../backbone/embed/embed.ts'
import { lookThrough } from '../backbone/pixels/lookThrough.ts'
import { resolveBackbone } from '../backbone/resolve/resolve.ts'
import { benchmark } from '../benchmark/benchmark.ts'
import { parity } from '../benchmark/parity/parity.ts'
import { protocol } from '../benchmark/protocols/protocol.ts'
import { simulate } from '../benchmark/simulation/simulate.ts'
import { exportModel } from '../deployment/exportModel.ts'
import { recognisePicture } from '../deployment/recognise.ts'
import type { Job } from '../images/job.ts'
import { renderImage } from '../images/render.ts'
import { drawSample } from '../images/sample/draw.ts'
import { scan } from '../images/scan.ts'
import { ensureThumbnail, makePicture } from '../images/thumbnails.ts'
import { imageLibraries } from '../images/versions.ts'
import { probeDevice } from '../training/deviceProbe.ts'
import { imageEvidence } from '../training/heads/evidence.ts'
import { planLastStage } from '../training/lastStage/plan.ts'
import { suggestByNames } from '../training/names/suggestByNames.ts'
import type { ProgressReport } from '../training/progress.ts'
import { runtimeVersion } from '../training/runtime.ts'
import { type TrainInput, train } from '../training/train.ts'
import { type TryInput, tryBackbone } from '../training/tryBackbone.ts'

interface OneImage {
  /** Absolute. */
  path: string
  sha256: string
  cacheFolder: string
}

/**
 * The tasks of the compute process, by name. Only that process imports this file; the main process uses its type alone, so that it
 * never loads a native library but SQLite.
 */
export const tasks = {
  scan,
  embed,
  mergeCaches,
  train: (input: TrainInput, job: Job<ProgressReport>) =>
    train(input, { signal: job.signal, progress: (report) => job.progress?.(report) }),
  planLastStage,
  suggestByNames,
  tryBackbone: (input: TryInput, job: Job<number>) =>
    tryBackbone(input, { signal: job.signal, progress: (fraction) => job.progress?.(fraction) }),
  lookThrough: ({ file }: { file: string }) => lookThrough(file),
  benchmark,
  parity,
  protocol,
  imageEvidence,
  exportModel,
  recognisePicture,
  simulate,
  probeDevice,
  versions: async () => ({ node: process.versions.node, onnxruntime: runtimeVersion(), ...imageLibraries() }),
  drawSample,
  resolveBackbone: ({ specification }: { specification: string }, { signal }: Job<never>) =>
    resolveBackbone(specification, signal),
  thumbnail: ({ path, sha256, cacheFolder }: OneImage) => ensureThumbnail(path, sha256, cacheFolder),
  picture: ({ path, sha256, cacheFolder }: OneImage) => makePicture(path, sha256, cacheFolder),
  render: ({ path, sha256, cacheFolder }: OneImage) => renderImage(path, sha256, cacheFolder),
}
