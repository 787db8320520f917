import type { Setting } from '../settings.ts'

export const absentChoices: Setting = {
  id: 'absent',
  on: 'read',
  title: 'Choices that say absent',
  hint: 'The control in the labelling configuration whose choices are what an image doesn’t show.',
  usual: 'absent',
}

export const labelControls: Setting = {
  id: 'labels',
  on: 'read',
  title: 'Controls that hold the labels',
  hint: 'Names from the labelling configuration, separated by commas. Only needed where several controls could hold them.',
  usual: '',
}

export const imageKey: Setting = {
  id: 'image',
  on: 'read',
  title: 'Where the image is',
  hint: 'The key in a task’s data that holds the image’s address. Only needed where another one looks like an address, too.',
  usual: '',
}

export const scoreless: Setting = {
  id: 'score',
  on: 'read',
  title: 'A prediction without a score counts as',
  hint: 'A probability between 0 and 1.',
  usual: '0.9',
}

/** In the prefix, stands for the name of the folder with the images. */
export const folderInPrefix = '{folder}'

export const prefix: Setting = {
  id: 'prefix',
  on: 'write',
  title: 'Path prefix',
  hint: 'How Label Studio reaches the images: local storage as shown ({folder} is the name of your image folder), or an address ending in “/”.',
  usual: `/data/local-files/?d=${folderInPrefix}/`,
}

export const users: Setting = {
  id: 'users',
  on: 'write',
  title: 'Users of Label Studio',
  hint: 'Email addresses, separated by commas; where an annotator’s name isn’t the address, write name=address. Marks of all others belong to whoever imports the file: Label Studio refuses files that name users it doesn’t have.',
  usual: '',
}

export const cutoff: Setting = {
  id: 'cutoff',
  on: 'write',
  title: 'Suggest from',
  hint: 'With suggestions: labels of at least this probability (0 to 1) are chosen in the prediction of an image.',
  usual: '0.5',
}
