import { isolated } from './bidi.ts'

export const start = {
  newProject: 'New project from a folder',
  newProjectHint: 'Choose a folder of images. They stay where they are.',
  open: 'Open a project',
  openHint: 'A .surmise file',
  openReadOnly: 'Open read-only',
  sample: 'Try the sample',
  sampleHint: 'About 300 drawn scenes, partly labelled. Click Fine-tune and see.',
  recent: 'Recent projects',
  noRecent: 'Projects you open appear here.',
  missing: 'not found',
  forget: (name: string) => `Remove ${isolated(name)} from the list`,
  sampleWorking: 'Drawing the sample…',
  relocateHint: 'The project finds its images by their paths in this folder. Labels are kept.',
  lastPlace: (folder: string) => `Previous location: ${isolated(folder)}`,
} as const

export const allowImages = {
  title: 'Read images from this folder?',
  question: 'This project was made elsewhere. It says its images are in:',
  why: 'That isn’t the project’s own folder, so nothing in it has been read yet. Allow it if you know the folder and trust whoever gave you the project. You’re asked only once.',
  allow: 'Allow',
  other: 'Choose another folder…',
  later: 'Not now',
  waiting: 'This project’s images aren’t read until you allow it.',
  decide: 'Decide…',
} as const

export const create = {
  title: 'New project',
  images: 'Image folder',
  imagesHint: 'Subfolders are included. Nothing in it is changed.',
  file: 'Project file',
  fileHint: 'All your labels are kept in this file.',
  labels: 'Labels',
  labelsHint: 'One per line. You can add, rename and remove labels later.',
  backbone: 'Backbone',
  backboneHint: 'Leave empty for the built-in one, or enter the path of an ONNX file.',
  create: 'Create project',
  advanced: 'Advanced',
  count: (count: number) => (count === 1 ? '1 label' : `${count.toLocaleString()} labels`),
  repeated: (count: number) => (count === 1 ? '1 duplicate line ignored' : `${count} duplicate lines ignored`),
} as const

export const browse = {
  folder: 'Choose a folder',
  file: 'Choose a file',
  save: 'Choose where to save',
  up: 'Up one folder',
  empty: 'Nothing to choose here.',
  images: (count: number) => (count === 1 ? '1 image here' : `${count.toLocaleString()} images here`),
  use: 'Use this folder',
  fileName: 'File name',
  places: 'Places',
  path: 'Path',
  contents: 'Folders and files',
  takeThis: (name: string) => `Use “${isolated(name)}”`,
  exists: 'A file with this name already exists.',
  chooseFor: (what: string) => `Choose… ${what}`,
} as const

export const firstSteps = {
  title: 'Next steps',
  label: 'What do you want to find in these images? Each thing is a label.',
  addLabel: 'Add the first label',
  mark: (least: number) =>
    `Mark what you’re sure of. Surmise can learn a label once it is marked present in ${least} images and absent in ${least}; more is better.`,
  open: 'Image by image',
  labelByLabel: 'Label by label',
  train: (labels: number, key: string) =>
    `${labels === 1 ? 'One label can' : `${labels.toLocaleString()} labels can`} be learnt from what’s known. Fine-tune (${key}) when you like, then keep marking.`,
  hide: 'Hide next steps',
} as const

export const tour = {
  title: 'Tour',
  titles: {
    open: 'These are your images',
    mark: 'Mark what you’re sure of',
    train: 'Let it learn',
    decide: 'Accept or reject',
    export: 'Take it with you',
  },
  place: (step: number, of: number) => `${step} of ${of}`,
  next: 'Next',
  back: 'Back',
  finish: 'Finish',
  skip: 'Skip the tour',
  nextStep: 'Tour: next step',
  backStep: 'Tour: previous step',
  open: (next: string) =>
    `Some labels in these scenes are already known; most aren’t. Use the arrow keys to move between images, and Enter or a double-click to open one; ${next} then goes to the next. Open the first.`,
  openFirst: 'Open an image first: press Enter, or double-click.',
  mark: 'Each label has a key: press it to mark the label present, with Shift to mark it absent. Or click ✓ and –. What you’re not sure of stays unknown: nothing is ever silently taken as absent. Mark one or two.',
  marked: (undo: string) => `That’s already saved. ${undo} undoes anything, today or next week.`,
  train: (key: string) =>
    `One click, and Surmise learns from everything known: your marks, and a few hundred that came with the sample. Press ${key}, or click the button.`,
  training: 'This takes about a minute and runs on this machine. You can keep marking meanwhile.',
  notTrained: 'Fine-tune first: suggestions come from what Surmise has learnt.',
  seeSuggestions:
    'Surmise has learnt, and tested itself on labels it hadn’t seen. Now look at the images with suggestions.',
  openSuggested: 'Each of these has something to decide, most certain first. Open one.',
  decide: (accept: string, reject: string, skip: string, why: string) =>
    `${accept} accepts the suggestion, ${reject} rejects it, ${skip} skips it for now. ${why} shows why it is suggested. Nothing becomes a label without you.`,
  decided: (skip: string) =>
    `That decision counts in the next training. ${skip} goes to the next suggestion, then to the next image.`,
  export: (key: string, palette: string, keys: string) =>
    `Export labels here, or with ${key}: present, absent and unknown stay distinct. ${palette} finds every other command by name, ${keys} lists all keys. That’s it: now try a folder of your own.`,
} as const

export const drop = {
  overStart: 'Drop a folder of images, or a project',
  overStartHint: 'A folder starts a new project; its images stay where they are.',
  overProject: 'Drop labels to import, or another project',
  overProjectHint: 'You’ll see what an import would do before anything is written.',
  nothing: 'This can’t be dropped here.',
  usable:
    'Drop a folder of images, a project (.surmise) or, with a project open, a file of labels (.json, .csv, .xml…).',
  several: 'Drop one thing at a time.',
  images: 'Images can’t be dropped one by one.',
  image: (name: string) => `“${isolated(name)}” is an image.`,
  imageFolder: 'Drop the folder it is in: a project is made from a whole folder.',
  imageHint: 'Put images into this project’s folder, then choose “Rescan images” in the menu.',
  model: (name: string) => `“${isolated(name)}” is a model.`,
  modelHint: 'To use it as a backbone, choose it under “Backbones”.',
  unknown: (name: string) => `Surmise can’t use “${isolated(name)}”.`,
  noProject: (name: string) => `“${isolated(name)}” may contain labels, but no project is open to import them into.`,
  noProjectHint: 'Open or create a project, then drop the file again.',
  chooseFolder: (name: string) => `Browsers don’t say where “${isolated(name)}” is: choose it here.`,
  chooseProject: (name: string) => `Browsers don’t say where “${isolated(name)}” is: choose it here.`,
  importFolder: (name: string) =>
    `Browsers don’t say where “${isolated(name)}” is. If it contains labels for this project, choose it here. New projects start on the start screen.`,
  tooLarge: (name: string) => `“${isolated(name)}” is too large for the browser to pass on: choose it here.`,
} as const
