import { isolated } from '../bidi.ts'

export const start = {
  newProject: 'New project from a folder',
  newProjectHint: 'Choose a folder of images. They stay where they are.',
  open: 'Open a project',
  openHint: 'A file that ends in .surmise',
  openReadOnly: 'Open read-only',
  sample: 'Try the sample',
  sampleHint: 'About 300 drawn scenes, some labels known: click Fine-tune and see.',
  recent: 'Recent projects',
  noRecent: 'Projects that you open are listed here.',
  missing: 'not found',
  forget: (name: string) => `Remove ${isolated(name)} from the list`,
  sampleWorking: 'Drawing the sample …',
  relocateHint: 'The project knows its images by their place in this folder. Labels stay as they are.',
  lastPlace: (folder: string) => `It was here: ${isolated(folder)}`,
} as const

export const allowImages = {
  title: 'Read images from this folder?',
  question: 'This project was made elsewhere. It says that its images are in:',
  why: 'That is not the project’s own folder, so nothing in it has been read yet. Allow it if you know the folder and trust whoever gave you the project. You are asked only once.',
  allow: 'Allow',
  other: 'Choose another folder …',
  later: 'Not now',
  waiting: 'The images of this project are not read until you allow it.',
  decide: 'Decide …',
} as const

export const create = {
  title: 'New project',
  images: 'Folder of images',
  imagesHint: 'Subfolders are included. Nothing in it is changed.',
  file: 'Project file',
  fileHint: 'Your labels live in this one file.',
  labels: 'Labels',
  labelsHint: 'One a line. You can add, rename and remove labels later.',
  backbone: 'Backbone',
  backboneHint: 'Leave empty for the built-in one, or give the path of an ONNX file.',
  create: 'Create project',
  advanced: 'Advanced',
  count: (count: number) => (count === 1 ? '1 label' : `${count.toLocaleString()} labels`),
  repeated: (count: number) => (count === 1 ? '1 repeated line is left out' : `${count} repeated lines are left out`),
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
  exists: 'There is a file of this name already.',
  chooseFor: (what: string) => `Choose … ${what}`,
} as const

export const firstSteps = {
  title: 'What to do next',
  label: 'What do you want to find in these images? Each thing is a label.',
  addLabel: 'Add the first label',
  mark: (least: number) =>
    `Mark what you are sure of. A label can be learnt once it is known to be present in ${least} images and absent in ${least}; more is better.`,
  open: 'Image by image',
  review: 'A screenful at a time',
  train: (labels: number, key: string) =>
    `${labels === 1 ? 'One label can' : `${labels.toLocaleString()} labels can`} be learnt from what is known: fine-tune (${key}) when you like, and go on marking.`,
  hide: 'Do not show what to do next',
} as const

export const tour = {
  title: 'Tour',
  titles: {
    open: 'These are your images',
    mark: 'Mark what you are sure of',
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
  backStep: 'Tour: step before',
  open: (next: string) =>
    `Some labels of these scenes are known already, most are not. The arrow keys go from image to image; Enter, or a double click, opens one; ${next} goes on from there. Open the first.`,
  openFirst: 'Open an image first: Enter, or a double click.',
  mark: 'Each label has a key: it says that the label is present, with Shift that it is absent. Or click ✓ and –. What you are not sure of stays unknown: nothing is ever taken for absent silently. Mark one or two.',
  marked: (undo: string) => `That is saved already. ${undo} takes anything back, today or next week.`,
  train: (key: string) =>
    `One click, and Surmise learns from all that is known: marks of yours, and some hundred that the sample came with. Press ${key}, or the button.`,
  training: 'This takes about a minute, and happens on this machine. You can go on marking meanwhile.',
  notTrained: 'Fine-tune first: suggestions come from what it has learnt.',
  seeSuggestions:
    'It has learnt, and measured itself on labels that it had not seen. Now look at the images with suggestions.',
  openSuggested: 'Each of these has something to decide, the surest first. Open one.',
  decide: (accept: string, reject: string, skip: string, why: string) =>
    `${accept} accepts the suggestion, ${reject} rejects it, ${skip} leaves it for now. ${why} tells why it is suggested. Nothing becomes a label without you.`,
  decided: (skip: string) =>
    `That was a decision; it counts for the next training. ${skip} goes on to the next suggestion, then to the next image.`,
  export: (key: string, palette: string, keys: string) =>
    `Here, or with ${key}, labels are exported: present, absent and unknown stay apart. ${palette} finds everything else by its name, ${keys} lists the keys. That is all: now try it with a folder of your own.`,
} as const

export const drop = {
  overStart: 'Drop a folder of images, or a project',
  overStartHint: 'A folder begins a new project; its images stay where they are.',
  overProject: 'Drop labels to import, or another project',
  overProjectHint: 'You will see what importing them would do before anything is written.',
  nothing: 'This can’t be dropped here.',
  usable:
    'Drop a folder of images, a project (.surmise), or, into an open project, a file of labels (.json, .csv, .xml …).',
  several: 'One thing at a time, please.',
  images: 'Images are not dropped one by one.',
  image: (name: string) => `“${isolated(name)}” is an image.`,
  imageFolder: 'Drop the folder that it lies in: a project is made of a whole folder.',
  imageHint: 'Put images into the folder of this project, then choose “Look for changes” in the menu.',
  model: (name: string) => `“${isolated(name)}” is a model.`,
  modelHint: 'A backbone is chosen on the page of backbones.',
  unknown: (name: string) => `“${isolated(name)}” is nothing that Surmise can use.`,
  noProject: (name: string) => `“${isolated(name)}” may hold labels, but no project is open to take them.`,
  noProjectHint: 'Open the project first, or make a new one, and drop the file then.',
  chooseFolder: (name: string) => `A browser does not say where “${isolated(name)}” lies: choose it here.`,
  chooseProject: (name: string) => `A browser does not say where “${isolated(name)}” lies: choose it here.`,
  importFolder: (name: string) =>
    `A browser does not say where “${isolated(name)}” lies: if it holds labels for this project, choose it here. A new project begins on the start screen.`,
  tooLarge: (name: string) => `“${isolated(name)}” is too large for a browser to hand over: choose it here.`,
} as const
