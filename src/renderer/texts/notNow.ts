/** Why something can't be done now: a sentence with the way out. */
export const notNow = {
  noProject: 'Open a project first.',
  readOnly: 'This project is open for reading only.',
  notGrid: 'Go back to the grid first.',
  notImage: 'Open an image first.',
  notModel: 'Open the model page first.',
  notReview: 'Go through one label first.',
  notTour: 'Start the tour first.',
  nothingToUndo: 'Nothing to undo.',
  nothingToRedo: 'Nothing to redo.',
  training: 'A training is under way.',
  neverTrained: 'Nothing has been trained since the project was opened.',
  noModel: 'No model yet: fine-tune first.',
  modelLost: 'The scores of the model are lost: fine-tune again.',
  noLabels: 'Add a label first.',
  noNames: 'This backbone can’t compare images with words.',
  noImageAtHand: 'There is no image here.',
  unseen:
    'This image can’t be seen, so nothing is said of all its labels. One that you are sure of can be marked by itself.',
  unseenSuggestion: 'This image can’t be seen, so its suggestions can’t be judged.',
  noSuggestion: 'No suggestion is chosen.',
  noSuggestions: 'Nothing is suggested here.',
  nothingOpen: 'Every label of this image is decided.',
  lastImage: 'This is the last image.',
  firstImage: 'This is the first image.',
  scoresLost: 'Its scores are lost: fine-tune again.',
  nothingSeen: 'None of these images can be seen, so nothing was marked.',
  someUnseen: (count: number) =>
    count === 1
      ? '1 image can’t be seen, and was left as it is.'
      : `${count.toLocaleString()} images can’t be seen, and were left as they are.`,
} as const
