import { isolated } from './bidi.ts'

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
      ? 'This also removes 1 mark. You can undo this.'
      : `This also removes ${(present + absent).toLocaleString()} marks. You can undo this.`,
  none: 'No labels yet. Add the first one: what do you want to find in these images?',
  filterBy: (name: string) => `Filter by ${isolated(name)}`,
  newTitle: 'New label',
  another: 'Add another',
  keyHint: 'One character: it marks the label present, with Shift absent. If empty, Surmise assigns one.',
  keyIsAction: (title: string) => `This key is already used for “${isolated(title)}”: choose another.`,
  /** In the order of the hues. */
  swatches: [
    ...['Red', 'Orange', 'Ochre', 'Olive', 'Green', 'Teal'],
    ...['Turquoise', 'Cyan', 'Blue', 'Violet', 'Magenta', 'Pink'],
  ],
  otherColour: 'Other colour',
  removeAsk: (name: string) => `Remove “${isolated(name)}”?`,
  parent: 'Parent',
  noParent: 'None',
  parentHint: 'If this label is present, so is its parent; if the parent is absent, so is this label.',
  group: 'Group',
  mates: (names: string[]) => `With ${names.map(isolated).join(', ')}.`,
  exclusive: 'At most one label of this group per image',
  filled: (count: number) =>
    count === 1
      ? '1 mark was added because of this. You can undo this.'
      : `${count.toLocaleString()} marks were added because of this. You can undo this.`,
  examples: 'Examples',
  examplesHint: 'Open or select images that show it.',
  addExamples: (count: number) => (count === 1 ? 'Add this image' : `Add ${count || 'the selected'} images`),
  removeExample: (path: string) => `Remove ${isolated(path)} from the examples`,
  choose: 'Choose a label',
  merge: 'Merge…',
  mergeInto: 'Merge into',
  mergeNow: 'Merge',
  mergeHint: 'Combines two labels: this one is removed, and its marks move to the other.',
  mergePlan: (name: string, into: string, plan: { moves: number; agree: number; conflicts: number }) =>
    [
      `“${isolated(name)}” is removed. ${plan.moves.toLocaleString()} of its marks move to “${isolated(into)}”; ${plan.agree.toLocaleString()} ${plan.agree === 1 ? 'is' : 'are'} already there.`,
      plan.conflicts > 0 &&
        `In ${plan.conflicts === 1 ? '1 image' : `${plan.conflicts.toLocaleString()} images`} they disagree: “${isolated(into)}” stays as it is there.`,
      'You can undo this.',
    ]
      .filter(Boolean)
      .join(' '),
  split: 'Split…',
  splitName: 'New label’s name',
  splitNow: 'Split',
  splitHint: (name: string) => `Makes a new label for some of the images of “${isolated(name)}”: select them first.`,
  splitPlan: (name: string, images: number) =>
    `Where “${isolated(name)}” is present in ${images === 1 ? 'the chosen image' : `the ${images.toLocaleString()} chosen images`}, the new label replaces it, and “${isolated(name)}” becomes unknown. Where it is absent, so is the new one.`,
  move: (name: string) => `Move ${isolated(name)}`,
  moveHint: 'To move a label, press Space, then the arrow keys; press Space again to drop it, or Escape to cancel.',
  moving: {
    lifted: (name: string) => `Picked up ${isolated(name)}.`,
    over: (name: string, place: number, of: number) => `${isolated(name)} is over position ${place} of ${of}.`,
    dropped: (name: string, place: number, of: number) => `Dropped ${isolated(name)} at position ${place} of ${of}.`,
    left: (name: string) => `${isolated(name)} was not moved.`,
  },
} as const
