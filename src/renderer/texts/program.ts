import { isolated } from '../bidi.ts'

export const history = {
  undo: (title: string | null) => (title ? `Undo: ${isolated(title)}` : 'Nothing to undo'),
  redo: (title: string | null) => (title ? `Redo: ${isolated(title)}` : 'Nothing to redo'),
  undone: (title: string) => `Undone: ${isolated(title)}`,
  redone: (title: string) => `Done again: ${isolated(title)}`,
} as const

export const settings = {
  title: 'Settings',
  theme: 'Appearance',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  annotator: 'Your name',
  annotatorHint: 'Kept with every mark.',
  backbone: 'Backbone',
  backboneInUse: (name: string, views: string) => `${name} · ${views}`,
  normalisation: 'How it wants its pixels',
  normalisations: {
    imagenet: { label: 'Mean and deviation of ImageNet', hint: 'PyTorch, timm, DINOv2; most models for photos.' },
    half: { label: '-1 … 1', hint: 'TensorFlow’s MobileNet, ViT of Google, SigLIP.' },
    unit: { label: '0 … 1', hint: 'YOLO; models that only divide by 255.' },
    bytes: { label: '0 … 255', hint: 'Models that normalise by themselves; EfficientNet of Keras.' },
    clip: { label: 'Mean and deviation of CLIP', hint: 'CLIP, OpenCLIP, MetaCLIP.' },
  },
  normalisationNote: 'It is put behind the path. The program that the model was trained with says which.',
  views: 'How each image is looked at',
  viewChoices: {
    none: { label: 'As it is', brings: '' },
    flip: { label: 'Mirrored, too', brings: 'About half a point of average precision more.' },
    crops: { label: 'At the two ends of its longer side, too', brings: 'For small things in wide or tall images.' },
    'flip+crops': { label: 'Mirrored, and at both ends', brings: 'A point of average precision more, on photos.' },
    tiles: { label: 'In four tiles, too', brings: 'For small things: a point or two more.' },
    'flip+tiles': { label: 'Mirrored, and in four tiles', brings: 'The most, and the slowest.' },
  },
  device: 'Train on',
  devices: {
    auto: 'Best available',
    cpu: 'Processor (CPU)',
    webgpu: 'Graphics (WebGPU)',
    cuda: 'Graphics (CUDA)',
    dml: 'Graphics (DirectML)',
    coreml: 'Graphics (Core ML)',
  },
  lookingForDevices: 'Looking for devices …',
  automatic: (device: string) => `Best here: ${device}.`,
  project: 'This project',
  application: 'Application',
  name: 'Name of the project',
  readOnly: 'This project is open for reading only.',
} as const

export const doctor = {
  title: 'Check this installation',
  looking: 'Looking at versions, devices, disk and permissions …',
  copy: 'Copy as text',
  copied: 'Copied. Names of folders are left out.',
  refused: 'The clipboard can’t be written to here.',
  refusedHint: 'Select the lines and copy them, or run: surmise doctor',
  again: 'Check again',
  /** What stands before everything else. */
  verdict: (problems: number, warnings: number) =>
    problems > 0
      ? problems === 1
        ? 'There is one problem.'
        : `There are ${problems} problems.`
      : warnings > 0
        ? 'It works. Something could be better.'
        : 'All is well.',
  parts: {
    versions: 'Versions',
    devices: 'Devices',
    disk: 'Disk',
    permissions: 'Permissions',
    project: 'Project',
    cache: 'Cache',
  },
  states: { good: 'Good', fact: '', warning: 'Could be better', problem: 'Problem' },
} as const

export const crash = {
  title: 'Something went wrong on this page.',
  safe: 'Your project is safe: every mark is on the disk. Restore shows the page again where you were.',
  restore: 'Restore',
  showLog: 'Show the log file',
  copy: 'Copy what happened',
  copied: 'Copied',
} as const

export const help = {
  title: 'Keys',
  open: 'Keys',
  groups: {
    Image: 'In an image',
    Model: 'On the model page',
    Grid: 'In the grid',
    Review: 'Label by label',
    Everywhere: 'Everywhere',
  },
  action: 'What it does',
  key: 'Key',
  none: 'no key',
  press: 'Press a key …',
  taken: (key: string) => `${key} belongs to the browser or the system.`,
  takenHint: 'Choose another one.',
  clash: (key: string, title: string) => `${key} is the key of “${isolated(title)}”.`,
  clashHint: 'Choose another one, or take it away from there.',
  labelClash: (key: string, name: string) => `${key} is the key of the label “${isolated(name)}”.`,
  labelClashHint: 'Choose another one, or give the label another key first.',
  take: (title: string) => `Take it from “${isolated(title)}”`,
  reset: 'All keys as at first',
  editHint: 'A click on a key, or Enter, changes it.',
  labelKeys:
    'Each label gets a key: it marks the label present in the open image or the selection; with Shift, absent.',
} as const

export const backups = {
  title: 'Backups',
  open: 'Backups …',
  list: 'Backups, the newest first',
  hint: 'Copies of the project file that Surmise makes by itself: when it is opened, each hour while you work, and before large changes. They lie beside it; images are not in them.',
  none: 'There are none yet.',
  make: 'Back up now',
  restore: 'Restore',
  restoreTitle: (when: string) => `Restore the backup of ${when}`,
  restoreNow: 'Restore',
  ask: (when: string) => `Go back to ${when}? The project as it is now becomes a backup first.`,
  restored: (when: string) => `The project is as it was on ${when}.`,
  restoredHint: 'What it was before is the newest backup of the list.',
  unreadable: 'It can’t be read.',
  reasons: {
    opened: 'when it was opened',
    hourly: 'every hour',
    migration: 'before a new format',
    action: 'before a large change',
    asked: 'by hand',
    restore: 'before restoring',
    rescue: 'rescued',
    damaged: 'the damaged file as it was',
  },
  holds: ({ images, present, absent }: { images: number; present: number; absent: number }) =>
    `${present.toLocaleString()} present, ${absent.toLocaleString()} absent in ${images === 1 ? '1 image' : `${images.toLocaleString()} images`}`,
  size: (bytes: number) =>
    bytes < 1e6 ? `${Math.ceil(bytes / 1e3).toLocaleString()} kB` : `${(bytes / 1e6).toFixed(1)} MB`,
} as const

export const historyList = {
  title: 'History',
  open: 'History …',
  list: 'What was done, the latest first',
  empty: 'Nothing was done yet.',
  by: { human: 'by hand', accepted_suggestion: 'from suggestions', import: 'by import' },
  changes: (count: number) => (count === 1 ? '1 change' : `${count.toLocaleString()} changes`),
  undone: 'undone',
  gone: 'undone for good',
  here: 'you are here',
  back: 'Back to here',
  forth: 'Forth to here',
  see: 'Images',
  seeTitle: (title: string) => `Show the images of: ${isolated(title)}`,
  more: 'Earlier',
  went: (kind: 'undo' | 'redo', steps: number) =>
    `${steps === 1 ? '1 action' : `${steps.toLocaleString()} actions`} ${kind === 'undo' ? 'undone' : 'done again'}.`,
  stopped: (left: number) =>
    `Something else was done meanwhile, so ${left === 1 ? '1 action was' : `${left.toLocaleString()} actions were`} left as they are.`,
} as const

export const palette = {
  title: 'Commands',
  open: 'Find a command …',
  placeholder: 'Type what you want to do, or a label',
  none: 'Nothing is called that.',
  noneHint: 'Try a shorter word, a label, or a saved filter.',
  list: 'What can be done',
  mark: 'Mark',
  filter: 'Filter',
  saved: 'Saved filter',
  project: 'Open project',
  show: (name: string, state: string) => `Show images: ${isolated(name)} ${state.toLocaleLowerCase()}`,
  review: (name: string) => `Go through images: is there ${isolated(name)}?`,
  isPresent: (name: string) => `${isolated(name)}: present`,
  isAbsent: (name: string) => `${isolated(name)}: absent`,
  isUnknown: (name: string) => `${isolated(name)}: back to unknown`,
  /** Other words that people use for it, by the id of the action. */
  synonyms: {
    'fine-tune': 'train learn model suggestions',
    'suggest-from-names': 'zero shot clip siglip text words',
    export: 'save coco csv json download',
    import: 'load labels coco csv',
    backbones: 'download fetch model dinov2 clip siglip resnet features cache compare mirror proxy views',
    settings: 'preferences options device backbone views flip crops',
    keys: 'shortcuts help keyboard',
    'show-log': 'log error problem debug',
    doctor: 'doctor help problem version versions gpu diagnose support about',
    backups: 'restore recover safety copy snapshot',
    tour: 'help introduction guide start how',
    models: 'versions precision recall metrics',
    'export-model': 'onnx triton kserve deploy download',
    report: 'html page share plots statistics',
    disputed: 'merge conflict conflicts disputed agreement queue',
    merge: 'join annotators copy team kappa agreement combine',
    rescan: 'scan refresh reload new images',
    locate: 'moved relocate folder',
    close: 'quit leave start',
    'open-project': 'file',
    'copy-image': 'clipboard picture',
    'copy-path': 'clipboard file name',
    reveal: 'file manager explorer finder open folder',
    'image.rest-absent': 'negative none',
    'image.skip': 'pass later',
    'grid.search': 'find name',
  } as Record<string, string | undefined>,
} as const
