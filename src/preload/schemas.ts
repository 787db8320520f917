/**
 * What crosses the bridge, as schemas: everything that comes in is checked against them, whoever sends it.
 * Bulk data (the ids of 100,000 images) passes as bytes, images by a route of their own (`imageUrl`).
 */
import { z } from 'zod'

const id = z.int().positive()
const count = z.int().nonnegative()

/** 1 present, 0 unknown, −1 absent. Unknown is never silently turned into absent. */
export const labelState = z.union([z.literal(1), z.literal(0), z.literal(-1)])

export const label = z.object({
  id,
  name: z.string(),
  /** #rrggbb */
  colour: z.string(),
  key: z.string().nullable(),
  description: z.string(),
  /** Whoever has this label has its parent too. */
  parentId: id.nullable(),
  /** '' for none. */
  group: z.string(),
  /** No image has two labels of its group. */
  exclusive: z.boolean(),
  /** Images that show what is meant. */
  examples: z.array(id),
  presentCount: count,
  absentCount: count,
})

export const newLabel = z.object({
  name: z.string(),
  colour: z.string().optional(),
  key: z.string().nullable().optional(),
  description: z.string().optional(),
  parentId: id.nullable().optional(),
  group: z.string().optional(),
  exclusive: z.boolean().optional(),
})

export const labelPatch = newLabel.partial().extend({ examples: z.array(id).max(24).optional() })

/** Of the marks of a label that is to be merged into another. */
export const mergePlan = z.object({
  /** The other takes them over. */
  moves: count,
  /** Both say the same. */
  agree: count,
  /** The other says the opposite, and keeps it. */
  conflicts: count,
})

export const problem = z.object({ code: z.string(), message: z.string() })

export const settings = z.object({
  name: z.string(),
  /** A name of the registry or the path of an ONNX file; null for the built-in one. */
  backbone: z.string().nullable(),
  /** How each image is looked at: as it is, mirrored too, at the ends of its longer side too, or both. */
  views: z.enum(['none', 'flip', 'crops', 'flip+crops']),
  annotator: z.string().nullable(),
  device: z.string(),
  seed: z.int().nonnegative(),
})

/** Held-out quality of a model: fractions; null where too little was known to measure it. */
export const labelMetrics = z.object({
  labelId: id,
  name: z.string(),
  present: count,
  absent: count,
  averagePrecision: z.object({
    linear: z.number().nullable(),
    sst: z.number().nullable(),
    blend: z.number().nullable(),
  }),
})

export const model = z.object({
  id,
  createdAt: z.number(),
  kind: z.string(),
  backbone: z.string(),
  device: z.string().nullable(),
  seed: z.number().nullable(),
  current: z.boolean(),
  /** Its scores are at hand. They can be lost with the cache folder: then it has to be trained again. */
  usable: z.boolean(),
  mAP: z.object({ linear: z.number(), sst: z.number(), blend: z.number() }).nullable(),
  seconds: z.number().nullable(),
  labels: z.array(labelMetrics),
})

export const device = z.object({
  device: z.enum(['cpu', 'webgpu', 'cuda', 'dml', 'coreml']),
  usable: z.boolean(),
  /** Why it can't be used: a sentence. */
  reason: z.string().nullable(),
  /** How many times as fast as the CPU a training step is. */
  speed: z.number().nullable(),
  /** What `auto` takes. */
  automatic: z.boolean(),
})

export const projectSummary = z.object({
  path: z.string(),
  name: z.string(),
  uuid: z.string(),
  readOnly: z.boolean(),
  imagesRoot: z.string(),
  /** False: the folder is to be found again (`project.relocate`). */
  imagesRootFound: z.boolean(),
  images: z.object({ total: count, ok: count, missing: count, broken: count, started: count }),
  labels: z.array(label),
  settings,
  undoTitle: z.string().nullable(),
  redoTitle: z.string().nullable(),
  /** The one that suggests. */
  model: model.nullable(),
})

/** A copy of the project file as it was at a moment. */
export const backup = z.object({
  /** Of its file. */
  name: z.string(),
  number: id,
  /** Milliseconds since 1970. */
  at: z.number(),
  /** `damaged`: the bytes of a file that could not be read, kept for whoever can mend it. */
  reason: z.enum(['opened', 'hourly', 'migration', 'action', 'asked', 'restore', 'rescue', 'damaged']),
  /** In bytes. */
  size: count,
  /** Null: it can't be read. */
  contents: z
    .object({ images: count, labels: count, present: count, absent: count, lastAction: z.string().nullable() })
    .nullable(),
})

/** What set a label, who and when: all that is given must hold of one and the same decision. */
export const decidedHow = z.object({
  by: z.array(z.enum(['human', 'accepted_suggestion', 'import'])).optional(),
  /** The annotator. */
  who: z.string().optional(),
  /** Days, of the machine's time zone, both included. */
  since: z.iso.date().optional(),
  until: z.iso.date().optional(),
})

export const imageFilter = z.object({
  /** Words that the path must hold, all of them. */
  text: z.string().optional(),
  labels: z
    .array(
      z.object({
        labelId: id,
        /** `suggested`: unknown, and the model is confident of it, present or absent. */
        is: z.enum(['present', 'absent', 'unknown', 'known', 'suggested']),
      }),
    )
    .optional(),
  /** How many of the labels are known. */
  known: z.enum(['nothing', 'something', 'everything']).optional(),
  status: z.array(z.enum(['ok', 'missing', 'broken'])).optional(),
  /** At least one confident suggestion that is not decided. */
  suggested: z.boolean().optional(),
  /** Several people said the opposite of a label, and nobody has decided it since. */
  disputed: z.literal(true).optional(),
  /** A state was changed by this action of the history. */
  action: id.optional(),
  /** That the label is present, by the current model, lies in this range, ends included; of a known label by models that never saw it. */
  probability: z
    .array(z.object({ labelId: id, from: z.number().min(0).max(1), to: z.number().min(0).max(1) }))
    .optional(),
  /** This folder and all below it, relative to the root, with forward slashes. */
  folder: z.string().optional(),
  /** The labels that `labels` wants known are decided like this, each of them; without such, at least one label is. */
  decided: decidedHow.optional(),
})

export const imageSort = z.object({
  /**
   * `confidence`: the most confident undecided suggestion first; `usefulness`: the images whose unknown labels would teach the
   * model most first; `uncertain`: the undecided label nearest to 50 % first; `disagreeing`: the known label that the model speaks
   * most strongly against first, as long as nobody has decided it knowing that (each of the filter's label if it names one);
   * `audit`: those with a confident suggestion at random first.
   */
  by: z.enum(['path', 'added', 'modified', 'known', 'confidence', 'usefulness', 'uncertain', 'disagreeing', 'audit']),
  descending: z.boolean().optional(),
  /** Of the random order. @default that of the current model: stable until another suggests */
  seed: z.int().nonnegative().optional(),
})

/** A filter with its order, under a name. */
export const savedFilter = z.object({ name: z.string().trim().min(1).max(200), filter: imageFilter, sort: imageSort })

export const knownState = z.object({
  labelId: id,
  state: z.union([z.literal(1), z.literal(-1)]),
  source: z.enum(['human', 'accepted_suggestion', 'import']),
  decidedAt: z.number(),
  score: z.number().nullable(),
  annotator: z.string().nullable(),
})

/** What somebody said of a label, in one of the copies of the project that were joined. */
export const statement = z.object({
  origin: z.string(),
  state: z.union([z.literal(1), z.literal(-1)]),
  decidedAt: z.number(),
  annotator: z.string().nullable(),
})

export const suggestion = z.object({
  labelId: id,
  /** Calibrated: that the label is present, 0 … 1. */
  probability: z.number().min(0).max(1),
  suggestion: z.enum(['present', 'absent']),
  /** Sure enough to be put forward; the others are only told. */
  confident: z.boolean(),
})

/** Why a label is as probable in an image as it is: shares in log odds, which add up to `logOdds`. */
export const reasons = z.object({
  probability: z.number(),
  logOdds: z.number(),
  /** What holds for every image. */
  base: z.number(),
  /** What the image itself looks like: of the baseline, and of SST. */
  model: z.array(z.object({ name: z.string(), logOdds: z.number() })),
  /** What the image's other labels say. */
  intra: z.object({
    /** Those that are known, the strongest first. */
    known: z.array(z.object({ labelId: id, state: z.union([z.literal(1), z.literal(-1)]), logOdds: z.number() })),
    /** Those that are not, as far as they can be seen. */
    seen: z.number(),
  }),
  /** What similar images say. */
  cross: z.object({
    logOdds: z.number(),
    /** Those that are heard, the nearest first: where the label was known at training. Null where features are missing. */
    nearest: z
      .array(
        z.object({
          imageId: id,
          path: z.string(),
          version: z.string(),
          /** Cosine. */
          similarity: z.number(),
          state: z.union([z.literal(1), z.literal(-1)]),
        }),
      )
      .nullable(),
  }),
  /** Where the model looked for the label: weights over a grid that covers the whole image, row by row, 1 together. */
  attention: z.object({ height: count, width: count, weights: z.array(z.number()) }).nullable(),
})

/** What the grid shows of an image. */
export const imageRow = z.object({
  id,
  path: z.string(),
  width: count,
  height: count,
  status: z.enum(['ok', 'missing', 'broken']),
  problem: problem.nullable(),
  /** Changes with the content: part of the image's URL, so that it may be cached for ever. */
  version: z.string(),
  present: z.array(id),
  absent: z.array(id),
  /** Confident and undecided, the surest first. */
  suggestions: z.array(suggestion),
})

export const imageDetail = imageRow.extend({
  states: z.array(knownState),
  /** Of every unknown label that the model scores, the most probable first. */
  allSuggestions: z.array(suggestion),
  /** Known labels of which the model suggests the opposite, and which nobody has decided knowing that, the strongest first. */
  doubts: z.array(suggestion),
  /** Unknown labels of which people said the opposite, with who said what, the earliest first. */
  disputes: z.array(z.object({ labelId: id, statements: z.array(statement).min(1) })),
  bytes: count,
  modifiedAt: z.number(),
})

export const stateChange = z.object({ imageId: id, labelId: id, state: labelState })
/** What a person says yes or no to. */
export const decided = z.object({
  imageId: id,
  labelId: id,
  /** As it was seen: a mark of a moment ago may have turned it since. Left out: as it is now. */
  suggestion: z.enum(['present', 'absent']).optional(),
})

const panelWidth = z.int().min(100).max(2000)

/** What a person has set up, whichever project is open. */
export const preferences = z.object({
  /** Keys by the id of an action, in the place of those it came with. */
  keys: z.record(z.string(), z.array(z.string().min(1).max(40)).max(4)),
  /** Widths in CSS pixels of the list of labels beside the grid, and of that beside an image; left out: as at first. */
  panels: z.object({ labels: panelWidth, image: panelWidth }).partial(),
  /** The tour was taken, or skipped. */
  tourSeen: z.boolean(),
  /** Whether the desktop application looks for updates: not before somebody has said so. */
  updates: z.enum(['unasked', 'off', 'on']),
  /** Where backbones are fetched from, and by which way; '' for none. */
  downloads: z.object({ mirror: z.string().max(2000), proxy: z.string().max(2000) }),
})

/** In what order the images are shown, of which one label is asked: the surest present first, … */
export const candidateOrder = z.enum(['present', 'uncertain', 'absent'])

/** Images of which one label is undecided. */
export const candidates = z.object({
  ids: z.array(id),
  /** That the label is present; null where the model says nothing. */
  probabilities: z.array(z.number().nullable()),
  /** How many there are in all. */
  left: count,
  modelId: id.nullable(),
})

/** After an action: what the buttons say, and where it can be seen. */
export const actionResult = z.object({
  changed: count,
  title: z.string(),
  firstImageId: id.nullable(),
  /** What was changed first there; told of an undo and a redo. */
  firstLabelId: id.nullable().optional(),
  undoTitle: z.string().nullable(),
  redoTitle: z.string().nullable(),
})

export const action = z.object({
  id,
  kind: z.enum(['do', 'undo', 'redo']),
  title: z.string(),
  at: z.number(),
  stateChanges: count,
  labelChanges: count,
  undone: z.boolean(),
  /** Undone, and nothing else was done since. */
  redoable: z.boolean(),
  /** What decided its pairs; null where it changed labels only. */
  source: z.enum(['human', 'accepted_suggestion', 'import']).nullable(),
})

export const errorReport = z.object({ code: z.string(), message: z.string(), hint: z.string() })

/** One point of the curves while training. `fraction` is its place on the way, 0 … 1. */
export const trainingPoint = z.object({
  fraction: z.number(),
  /** Of the known labels: what the network is to bring down. */
  loss: z.number().nullable(),
  /** Mean average precision on held-out known labels. */
  mAP: z.number().nullable(),
  of: z.enum(['linear', 'sst', 'blend']).nullable(),
})

export const job = z.object({
  id,
  kind: z.enum(['scan', 'train', 'import', 'export', 'sample', 'accept', 'fetch', 'try']),
  title: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  /** A few words: what it is at. */
  phase: z.string(),
  /** 0 … 1; null while nobody can know. */
  fraction: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** When it is over: one sentence on what came of it. */
  outcome: z.string().nullable(),
  error: errorReport.nullable(),
  /** What it runs on, and why on that: a few words. Null while it is not chosen, or makes no difference. */
  device: z.object({ device: z.string(), why: z.string() }).nullable(),
  curve: z.array(trainingPoint),
})

/** Answers to a format's questions, by their ids. */
export const exchangeSettings = z.record(z.string(), z.string().max(4096))

const place = z.enum(['file', 'folder', 'file or folder']).nullable()

export const exchangeFormat = z.object({
  id: z.string(),
  title: z.string(),
  /** What it has words for. */
  says: z.object({
    absent: z.boolean(),
    unlabelled: z.boolean(),
    provenance: z.enum(['all', 'some', 'none']),
    suggestions: z.boolean(),
  }),
  limits: z.string(),
  checked: z.string(),
  /** Without the dot. */
  extensions: z.array(z.string()),
  /** Null: it can't. */
  reads: place,
  writes: place,
  images: z.enum(['none', 'optional', 'needed']),
  settings: z.array(
    z.object({
      id: z.string(),
      on: z.enum(['read', 'write']),
      title: z.string(),
      hint: z.string(),
      /** Without choices the answer is a text. */
      choices: z.array(z.object({ value: z.string(), title: z.string() })).optional(),
      usual: z.string(),
    }),
  ),
})

export const exportReport = z.object({
  files: z.array(z.string()),
  images: count,
  present: count,
  absent: count,
  unreadable: count,
  suggestions: count,
  warnings: z.array(z.object({ code: z.string(), message: z.string(), count, examples: z.array(z.string()) })),
})

export const importPreview = z.object({
  /** Names this preview to `exchange.import`. */
  token: z.string(),
  format: z.string(),
  /** What the format can't say. */
  limits: z.string(),
  images: z.object({
    inFile: count,
    matched: count,
    /** By identity, path, fingerprint, file name. */
    by: z.object({ uid: count, path: count, sha256: count, name: count }),
    unmatched: count,
    unmatchedPaths: z.array(z.string()),
  }),
  labels: z.array(z.object({ name: z.string(), known: z.boolean(), present: count, absent: count })),
  states: z.object({ present: count, absent: count, fresh: count, same: count, conflicting: count }),
  /** What models say in the file. */
  suggestions: z.object({ pairs: count, model: z.string() }).nullable(),
  /** The first marks. */
  rows: z.array(
    z.object({
      image: z.string(),
      label: z.string(),
      state: z.union([z.literal(1), z.literal(-1)]),
      /** What the project says of it now. */
      known: labelState,
    }),
  ),
  /** If the file leaves open whether the rest is absent: so many pairs would become absent. Null if that is no question. */
  rest: count.nullable(),
  problems: z.array(z.object({ code: z.string(), message: z.string(), count, examples: z.array(z.string()) })),
})

export const importChoices = z.object({
  /** What a pair that the file doesn't mention means; 'absent' only where the preview asks. */
  rest: z.enum(['unknown', 'absent']).default('unknown'),
  /** Where project and file disagree. */
  conflicts: z.enum(['keep', 'replace']).default('keep'),
  /** What models say in the file is kept as suggestions. */
  suggestions: z.boolean().default(true),
})

export const importResult = z.object({ states: count, labels: count, suggestions: count })

export const appInfo = z.object({
  version: z.string(),
  shell: z.enum(['electron', 'web']),
  platform: z.string(),
  /** `app.pick` opens the system's dialogs; without them the application shows its own, over `app.browse`. */
  nativeDialogs: z.boolean(),
  homeFolder: z.string(),
  /** Of labels, to choose from: #rrggbb, twelve in the order of their hues. */
  swatches: z.array(z.string()),
  /** In so many images must a label be known present, and in as many absent, to be learnt from. */
  leastKnown: count,
})

export const pickInput = z.object({
  kind: z.enum(['folder', 'open-file', 'save-file']),
  title: z.string(),
  defaultPath: z.string().optional(),
  /** Without the dot. */
  extensions: z.array(z.string()).optional(),
})

export const folderListing = z.object({
  folder: z.string(),
  parent: z.string().nullable(),
  places: z.array(z.object({ name: z.string(), path: z.string() })),
  entries: z.array(
    z.object({ name: z.string(), path: z.string(), kind: z.enum(['folder', 'file']), image: z.boolean() }),
  ),
})

export const recentProject = z.object({ path: z.string(), name: z.string(), openedAt: z.number(), found: z.boolean() })

/** What everyone who looks is told, after it happened. */
export const appEvent = z.discriminatedUnion('kind', [
  /** Another project, none, or settings or counts of this one. */
  z.object({ kind: z.literal('project'), project: projectSummary.nullable() }),
  z.object({ kind: z.literal('labels') }),
  z.object({ kind: z.literal('images') }),
  /** imageIds null: too many to name. */
  z.object({
    kind: z.literal('states'),
    imageIds: z.array(id).nullable(),
    undoTitle: z.string().nullable(),
    redoTitle: z.string().nullable(),
  }),
  /** Another model suggests, or none. */
  z.object({ kind: z.literal('suggestions') }),
  z.object({ kind: z.literal('job'), job }),
  /** An action of the pages was chosen in the menu bar of the desktop. */
  z.object({ kind: z.literal('action'), id: z.string() }),
  /** The system has given something (`app.takeGiven`). */
  z.object({ kind: z.literal('given') }),
  z.object({
    kind: z.literal('notice'),
    level: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    hint: z.string(),
  }),
])

export type Preferences = z.infer<typeof preferences>
export type CandidateOrder = z.infer<typeof candidateOrder>
export type Candidates = z.infer<typeof candidates>
export type LabelState = z.infer<typeof labelState>
export type Label = z.infer<typeof label>
export type Backup = z.infer<typeof backup>
export type NewLabel = z.infer<typeof newLabel>
export type LabelPatch = z.infer<typeof labelPatch>
export type MergePlan = z.infer<typeof mergePlan>
export type Settings = z.infer<typeof settings>
export type LabelMetrics = z.infer<typeof labelMetrics>
export type Device = z.infer<typeof device>
export type Model = z.infer<typeof model>
export type ProjectSummary = z.infer<typeof projectSummary>
export type ImageFilter = z.infer<typeof imageFilter>
export type ImageSort = z.infer<typeof imageSort>
export type SavedFilter = z.infer<typeof savedFilter>
export type KnownState = z.infer<typeof knownState>
export type Statement = z.infer<typeof statement>
export type Suggestion = z.infer<typeof suggestion>
export type Reasons = z.infer<typeof reasons>
export type ImageRow = z.infer<typeof imageRow>
export type ImageDetail = z.infer<typeof imageDetail>
export type Action = z.infer<typeof action>
export type StateChange = z.infer<typeof stateChange>
export type ActionResult = z.infer<typeof actionResult>
export type ErrorReport = z.infer<typeof errorReport>
export type TrainingPoint = z.infer<typeof trainingPoint>
export type Job = z.infer<typeof job>
export type ExchangeFormat = z.infer<typeof exchangeFormat>
export type ExportReport = z.infer<typeof exportReport>
export type ImportPreview = z.infer<typeof importPreview>
export type AppInfo = z.infer<typeof appInfo>
export type FolderListing = z.infer<typeof folderListing>
export type RecentProject = z.infer<typeof recentProject>
export type AppEvent = z.infer<typeof appEvent>
