import { counted } from '../../../app/words.ts'
import { common } from './common.ts'

export const backbones = {
  description: 'list, download, compare or remove backbones',
  list: 'list the available backbones',
  fetch: 'download a backbone, resuming an interrupted download',
  name: 'name of the backbone',
  mirror: 'another server with the same paths (default: from the preferences)',
  proxy: 'use this proxy (default: from the preferences, then HTTPS_PROXY)',
  text: 'also download its text encoder, if it has one',
  acceptNew: 'accept the file even if it changed since its first download',
  insteadOfProxy: 'the preferences, or the environment variable HTTPS_PROXY',
  remove: 'delete a downloaded backbone; its features and models are kept',
  removed: (name: string): string => `Removed ${name}.`,
  try: 'compare backbones on images of a project with known labels',
  names: 'backbone names or ONNX files',
  images: 'maximum number of images',
  badImages: 'The number of images must be from 1 to 5000.',
  columns: ['name', 'size', 'status', 'licence', 'good at'],
  size: (bytes: number, exact: boolean): string =>
    `${exact ? '' : '~'}${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`,
  builtIn: 'built in',
  downloaded: 'downloaded',
  begun: (share: number): string => `partial (${Math.floor(100 * share)}%)`,
  notDownloaded: 'not downloaded',
} as const

export const embed = {
  description: 'compute features for every image that has none yet',
  shard: 'only part i of n, into its own cache beside the project (joined by surmise merge-cache)',
  badShard: 'A part is i/n, counted from 1: 1/4, 2/4, 3/4, 4/4.',
  done: (embedded: number, backbone: string, seconds: number, alreadyThere: number): string => {
    const rate = embedded > 0 ? ` (${(embedded / seconds).toFixed(1)} images/s)` : ''
    return `Embedded ${counted(embedded, 'image')} with ${backbone} in ${seconds.toFixed(1)} s${rate}; ${alreadyThere} already had features.`
  },
  failed: (path: string | undefined, reason: string): string => `${path}: ${reason}`,
  moreFailed: (count: number): string => `and ${count} more unreadable images`,
  part: (part: number, of: number, folder: string): string => `Part ${part} of ${of}: ${folder}`,
} as const

export const mergeCache = {
  description: 'join features embedded in parts by surmise embed --shard',
  folders: 'caches of the parts (default: all beside the project)',
  done: (images: number, added: number, parts: number): string =>
    `${counted(images, 'image')} now ${images === 1 ? 'has' : 'have'} features, ${added} of them from ${counted(parts, 'part')}.`,
  missing: (images: number): string =>
    `${counted(images, 'image')} ${images === 1 ? 'is' : 'are'} in no part: embed the missing parts, or the rest here.`,
  differing: (images: number): string =>
    `${counted(images, 'image')} differed between machines; the first result was kept.`,
} as const

export const train = {
  description: 'fine-tune on the known labels, embedding new images first',
  seed: 'the same seed gives the same model',
  unfreeze: 'last: also train the backbone’s last stage; auto: on an accelerator, where it helps',
} as const

export const models = {
  description: 'list a project’s models, or choose the one to use',
  use: 'model to use for suggestions from now on',
  none: 'No models yet. Create one with: surmise train',
  trained: (kind: string, backbone: string, device: string | null): string =>
    `${kind} on ${backbone}${device === null ? '' : ` (${device})`}`,
  mAP: (mAP: number): string => `held-out mAP ${common.percent(mAP)}`,
  lost: 'its scores are lost',
  line: (current: boolean, id: number, facts: readonly string[]): string =>
    `${current ? '*' : ' '} ${String(id).padStart(3)}  ${facts.join(', ')}`,
} as const

export const exportModel = {
  description: 'export the recogniser as one ONNX model: image in; probabilities, logits and attention out',
  out: '.onnx file to write; with --triton, a folder',
  model: 'export another model than the one in use',
  triton: 'write a model repository for NVIDIA Triton and KServe',
  noBackbone: 'the recogniser alone: features in',
  fp16: 'weights in 16 bits; reports the loss',
  int8: 'weights in 8 bits; reports the loss',
  file: (file: string, bytes: number): string => `${file}: ${common.megabytes(bytes)}`,
} as const
