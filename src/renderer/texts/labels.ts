import { isolated } from '../bidi.ts'

export const labels = {
  title: 'Labels',
  add: 'Add a label',
  name: 'Name',
  key: 'Key',
  colour: 'Colour',
  description: 'What counts as this label',
  edit: (name: string) => `Edit ${isolated(name)}`,
  editTitle: 'Label',
  remove: 'Remove label',
  removeHint: (present: number, absent: number) =>
    present + absent === 1
      ? 'It takes 1 mark with it. Undo brings it back.'
      : `It takes ${(present + absent).toLocaleString()} marks with it. Undo brings them back.`,
  none: 'No labels yet. Add the first one: what do you want to find in these images?',
  filterBy: (name: string) => `Show images by ${isolated(name)}`,
  newTitle: 'New label',
  another: 'Add another',
  keyHint: 'One character, that marks the label present, and absent with Shift. Left empty, Surmise gives it one.',
  keyIsAction: (title: string) => `This key is “${isolated(title)}”: choose another.`,
  /** In the order of the hues. */
  swatches: [
    ...['Red', 'Orange', 'Ochre', 'Olive', 'Green', 'Teal'],
    ...['Turquoise', 'Cyan', 'Blue', 'Violet', 'Magenta', 'Pink'],
  ],
  otherColour: 'Another colour',
  removeAsk: (name: string) => `Remove “${isolated(name)}”?`,
  parent: 'Parent',
  noParent: 'None',
  parentHint: 'Present here means present there; absent there means absent here.',
  group: 'Group',
  mates: (names: string[]) => `With ${names.map(isolated).join(', ')}.`,
  exclusive: 'No image has two labels of this group',
  filled: (count: number) =>
    count === 1
      ? '1 mark follows from this. Undo takes it back.'
      : `${count.toLocaleString()} marks follow from this. Undo takes them back.`,
  examples: 'Examples',
  examplesHint: 'Open or select images that show it.',
  addExamples: (count: number) => (count === 1 ? 'Add this image' : `Add ${count || 'the selected'} images`),
  removeExample: (path: string) => `${isolated(path)} is no example`,
  choose: 'Choose a label',
  merge: 'Merge …',
  mergeInto: 'Merge into',
  mergeNow: 'Merge',
  mergeHint: 'One label for two: this one goes, and its marks with it to the other.',
  mergePlan: (name: string, into: string, plan: { moves: number; agree: number; conflicts: number }) =>
    [
      `“${isolated(name)}” goes. ${plan.moves.toLocaleString()} of its marks go to “${isolated(into)}”, ${plan.agree.toLocaleString()} ${plan.agree === 1 ? 'is' : 'are'} there already.`,
      plan.conflicts > 0 &&
        `In ${plan.conflicts === 1 ? '1 image' : `${plan.conflicts.toLocaleString()} images`} they disagree: there “${isolated(into)}” stays as it is.`,
      'Undo brings it back.',
    ]
      .filter(Boolean)
      .join(' '),
  split: 'Split …',
  splitName: 'Name of the new label',
  splitNow: 'Split',
  splitHint: (name: string) => `A new label for some of the images of “${isolated(name)}”: select them first.`,
  splitPlan: (name: string, images: number) =>
    `Where “${isolated(name)}” is present in ${images === 1 ? 'the chosen image' : `the ${images.toLocaleString()} chosen images`}, the new label is instead, and “${isolated(name)}” is open again. Where it is absent, so is the new one.`,
  move: (name: string) => `Move ${isolated(name)}`,
  moveHint:
    'To move a label, press the space bar, then the arrow keys; the space bar again to drop it, Escape to leave it where it was.',
  moving: {
    lifted: (name: string) => `${isolated(name)} is lifted.`,
    over: (name: string, place: number, of: number) => `${isolated(name)} would be label ${place} of ${of}.`,
    dropped: (name: string, place: number, of: number) => `${isolated(name)} is label ${place} of ${of}.`,
    left: (name: string) => `${isolated(name)} stays where it was.`,
  },
} as const
