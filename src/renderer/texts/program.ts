import { isolated } from './bidi.ts'

export const history = {
  undo: (title: string | null) => (title ? `Undo: ${isolated(title)}` : 'Nothing to undo'),
  redo: (title: string | null) => (title ? `Redo: ${isolated(title)}` : 'Nothing to redo'),
  undone: (title: string) => `Undone: ${isolated(title)}`,
  redone: (title: string) => `Redone: ${isolated(title)}`,
} as const

export const settings = {
  title: 'Settings',
  theme: 'Appearance',
  themes: { system: 'Match system', light: 'Light', dark: 'Dark' },
  annotator: 'Your name',
  annotatorHint: 'Kept with every mark.',
  backbone: 'Backbone',
  backboneInUse: (name: string, views: string) => `${name} · ${views}`,
  normalisation: 'Input normalisation',
  normalisations: {
    imagenet: { label: 'ImageNet mean and standard deviation', hint: 'PyTorch, timm, DINOv2; most photo models.' },
    half: { label: '−1 to 1', hint: 'TensorFlow’s MobileNet, Google’s ViT, SigLIP.' },
    unit: { label: '0 to 1', hint: 'YOLO; models that only divide by 255.' },
    bytes: { label: '0 to 255', hint: 'Models that normalise by themselves; Keras’s EfficientNet.' },
    clip: { label: 'CLIP mean and standard deviation', hint: 'CLIP, OpenCLIP, MetaCLIP.' },
  },
  normalisationNote: 'Added after the path. Use what the model was trained with.',
  views: 'Views per image',
  viewChoices: {
    none: { label: 'Original only', brings: '' },
    flip: { label: 'Original and mirrored', brings: 'About half a point more average precision.' },
    crops: {
      label: 'Original and both ends',
      brings: 'For small things in wide or tall images: the ends of the longer side.',
    },
    'flip+crops': {
      label: 'Original, mirrored and both ends',
      brings: 'About a point more average precision on photos.',
    },
    tiles: { label: 'Original and four tiles', brings: 'For small things: a point or two more.' },
    'flip+tiles': { label: 'Original, mirrored and four tiles', brings: 'The most accurate and the slowest.' },
  },
  device: 'Train on',
  devices: {
    auto: 'Best available',
    cpu: 'CPU',
    webgpu: 'GPU (WebGPU)',
    cuda: 'GPU (CUDA)',
    dml: 'GPU (DirectML)',
    coreml: 'GPU (Core ML)',
  },
  lookingForDevices: 'Looking for devices…',
  automatic: (device: string) => `Best available: ${device}.`,
  project: 'This project',
  application: 'Application',
  name: 'Project name',
  readOnly: 'This project is open read-only.',
} as const

export const doctor = {
  title: 'Check this installation',
  looking: 'Checking versions, devices, disk and permissions…',
  copy: 'Copy as text',
  copied: 'Copied, without folder names.',
  refused: 'The clipboard isn’t available here.',
  refusedHint: 'Select the lines and copy them, or run “surmise doctor”.',
  again: 'Check again',
  /** What stands before everything else. */
  verdict: (problems: number, warnings: number) =>
    problems > 0
      ? problems === 1
        ? '1 problem found.'
        : `${problems} problems found.`
      : warnings > 0
        ? 'Surmise works, but something could be better.'
        : 'Everything works.',
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
  safe: 'Your project is safe: every mark is on disk. Restore brings the page back where you were.',
  restore: 'Restore',
  showLog: 'Show the log file',
  copy: 'Copy details',
  copied: 'Copied',
} as const

export const help = {
  title: 'Keyboard shortcuts',
  open: 'Keyboard shortcuts',
  groups: {
    Image: 'Image',
    Model: 'Model page',
    Grid: 'Grid',
    LabelByLabel: 'Label by label',
    Everywhere: 'Everywhere',
  },
  action: 'Action',
  key: 'Key',
  none: 'none',
  press: 'Press a key…',
  taken: (key: string) => `${key} is reserved by the browser or the system.`,
  takenHint: 'Choose another key.',
  clash: (key: string, title: string) => `${key} is already used for “${isolated(title)}”.`,
  clashHint: 'Choose another key, or reassign this one.',
  labelClash: (key: string, name: string) => `${key} is already used for the label “${isolated(name)}”.`,
  labelClashHint: 'Choose another key, or change the label’s key first.',
  take: (title: string) => `Reassign from “${isolated(title)}”`,
  reset: 'Reset all keys',
  editHint: 'Click a key, or press Enter, to change it.',
  labelKeys: 'Each label has a key. It marks the label present in the open image or the selection; with Shift, absent.',
} as const

export const backups = {
  title: 'Backups',
  open: 'Backups…',
  list: 'Backups, newest first',
  hint: 'Copies of the project file that Surmise makes automatically: when you open it, every hour while you work, and before large changes. They’re kept beside it and don’t include images.',
  none: 'No backups yet.',
  make: 'Back up now',
  restore: 'Restore',
  restoreTitle: (when: string) => `Restore the backup of ${when}`,
  restoreNow: 'Restore',
  ask: (when: string) => `Go back to ${when}? The project is backed up first.`,
  restored: (when: string) => `Restored the project as it was on ${when}.`,
  restoredHint: 'Its previous state is the newest backup in the list.',
  unreadable: 'Can’t be read.',
  reasons: {
    opened: 'on opening',
    hourly: 'hourly',
    migration: 'before a format upgrade',
    action: 'before a large change',
    asked: 'manual',
    restore: 'before restoring',
    rescue: 'rescued',
    damaged: 'damaged file, unchanged',
  },
  holds: ({ images, present, absent }: { images: number; present: number; absent: number }) =>
    `${present.toLocaleString()} present, ${absent.toLocaleString()} absent in ${images === 1 ? '1 image' : `${images.toLocaleString()} images`}`,
  size: (bytes: number) =>
    bytes < 1e6 ? `${Math.ceil(bytes / 1e3).toLocaleString()} kB` : `${(bytes / 1e6).toFixed(1)} MB`,
} as const

export const historyList = {
  title: 'History',
  open: 'History…',
  list: 'Actions, latest first',
  empty: 'Nothing done yet.',
  by: { human: 'by hand', accepted_suggestion: 'from suggestions', import: 'imported' },
  changes: (count: number) => (count === 1 ? '1 change' : `${count.toLocaleString()} changes`),
  undone: 'undone',
  gone: 'can’t be redone',
  here: 'you are here',
  back: 'Undo to here',
  forth: 'Redo to here',
  see: 'Images',
  seeTitle: (title: string) => `Show images changed by: ${isolated(title)}`,
  more: 'Show earlier',
  went: (kind: 'undo' | 'redo', steps: number) =>
    `${steps === 1 ? '1 action' : `${steps.toLocaleString()} actions`} ${kind === 'undo' ? 'undone' : 'redone'}.`,
  stopped: (left: number) =>
    `Something else changed meanwhile, so ${left === 1 ? '1 action was' : `${left.toLocaleString()} actions were`} left as is.`,
} as const

export const palette = {
  title: 'Commands',
  open: 'Find a command…',
  placeholder: 'Type a command or a label',
  none: 'No matches.',
  noneHint: 'Try a shorter word, a label, or a saved filter.',
  list: 'Available commands',
  mark: 'Mark',
  filter: 'Filter',
  saved: 'Saved filter',
  project: 'Open project',
  show: (name: string, state: string) => `Show images: ${isolated(name)} ${state.toLocaleLowerCase()}`,
  labelByLabel: (name: string) => `Label by label: ${isolated(name)}`,
  isPresent: (name: string) => `${isolated(name)}: present`,
  isAbsent: (name: string) => `${isolated(name)}: absent`,
  isUnknown: (name: string) => `${isolated(name)}: unknown`,
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
