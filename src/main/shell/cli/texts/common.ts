/** Texts that several commands share. The keys of machine-readable output (`--json`) aren't texts; they stay in the commands. */
export const common = {
  program: 'Multi-label image annotation with suggestions, entirely on this machine.',
  seeHelp: '(Add --help for usage.)',
  seeHelpHint: 'Add --help for usage.',
  project: 'project file',
  json: 'print one JSON object as the last line',
  allowImages: 'let a project from elsewhere read images outside its own folder (remembered)',
  overwrite: 'replace existing files',
  dryRun: 'show what would change, without writing anything',
  device: 'auto, cpu, webgpu, …',
  projectDevice: 'auto, cpu, webgpu, … (default: the project’s setting)',
  labelledFolder: 'folder with images/ and labels.tsv (image, split, labels separated by spaces)',
  benchmarkBackbone: 'backbone name or ONNX file, @384 for its input size',
  labelsWithAtLeast: 'leave out labels present in fewer images',
  views:
    'also look at each image mirrored (flip), at both ends of its longer side (crops) or in four tiles (tiles): better suggestions, for two, three or five times the embedding time',
  vectors: 'word vectors (GloVe text format) to start the label vectors from',
  megabytes: (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`,
  percent: (share: number): string => `${(share * 100).toFixed(1)}%`,
  none: '–',
  /** Ends a shortened list. */
  andMore: ', …',
} as const

export const numbers = {
  count: 'Must be a whole number, 1 or more.',
  seed: 'A seed is a whole number from 0 to 4294967295.',
  share: (low: number, high: number): string => `Must be a fraction from ${low} to ${high}.`,
  port: 'A port is a number from 0 to 65535.',
  model: 'A model is given by its number; “surmise models P.surmise” lists them.',
} as const

export const progress = {
  bar: '{bar} {percentage}%  {phase}{left}',
  line: (phase: string, fraction: number | null, left: string): string =>
    `${phase}${fraction === null ? '' : ` (${Math.floor(fraction * 100)}%)`}${left}`,
  left: (seconds: number): string =>
    seconds < 90 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.ceil(seconds / 60)} min left`,
} as const

export const bug = 'This is a bug in Surmise.'
