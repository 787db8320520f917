/** Why something can't be done now: a sentence with the way out. */
export const notNow = {
  noProject: 'Open a project first.',
  readOnly: 'This project is open read-only.',
  notGrid: 'Go back to the grid first.',
  notImage: 'Open an image first.',
  notModel: 'Open the model page first.',
  notLabelByLabel: 'Open label by label first.',
  notTour: 'Start the tour first.',
  nothingToUndo: 'Nothing to undo.',
  nothingToRedo: 'Nothing to redo.',
  training: 'Training is already running.',
  neverTrained: 'Nothing has been trained since the project was opened.',
  noModel: 'No model yet: fine-tune first.',
  modelLost: 'The model’s scores are lost: fine-tune again.',
  noLabels: 'Add a label first.',
  noNames: 'This backbone can’t compare images with words.',
  noImageAtHand: 'Choose an image first.',
  unseen:
    'This image can’t be shown, so its labels can’t be marked all at once. Mark one that you’re sure of by itself.',
  unseenSuggestion: 'This image can’t be shown, so its suggestions can’t be judged.',
  noSuggestion: 'No suggestion is selected.',
  noSuggestions: 'No suggestions here.',
  nothingOpen: 'Every label of this image is decided.',
  lastImage: 'This is the last image.',
  firstImage: 'This is the first image.',
  scoresLost: 'Its scores are lost: fine-tune again.',
  nothingSeen: 'None of these images can be shown, so nothing was marked.',
  someUnseen: (count: number) =>
    count === 1
      ? '1 image can’t be shown and was left unchanged.'
      : `${count.toLocaleString()} images can’t be shown and were left unchanged.`,
} as const
