import { restOf } from '../images/groups.ts'
import { canBeSeen } from '../state/pictures.ts'
import { currentIds } from '../state/queries.ts'
import { ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import {
  detailNow,
  hasTrained,
  imageNow,
  inGrid,
  inImage,
  inLabelByLabel,
  inModel,
  inProject,
  inWritable,
  isTraining,
  knowsNames,
  labelsNow,
  projectNow,
} from './now.ts'
import { focusedLabel } from './openImage.ts'

/** Why something can't be done now, as a sentence; null if it can. */
export type WhyNot = () => string | null

const words = texts.notNow

const unless =
  (holds: () => boolean, reason: string): WhyNot =>
  () =>
    holds() ? null : reason

/** The first reason, if any. */
export const firstOf =
  (...reasons: readonly WhyNot[]): WhyNot =>
  () => {
    for (const whyNot of reasons) {
      const reason = whyNot()
      if (reason !== null) return reason
    }
    return null
  }

export const always: WhyNot = () => null
export const needsProject = unless(inProject, words.noProject)
export const needsWriting = firstOf(needsProject, unless(inWritable, words.readOnly))
export const needsGrid = firstOf(needsProject, unless(inGrid, words.notGrid))
export const needsImage = firstOf(needsProject, unless(inImage, words.notImage))
export const needsModelPage = firstOf(needsProject, unless(inModel, words.notModel))
export const needsLabelByLabel = firstOf(needsProject, unless(inLabelByLabel, words.notLabelByLabel))
export const needsTour = firstOf(
  needsProject,
  unless(() => ui.get().tour !== null, words.notTour),
)

// A mark that is still being saved has no title yet, but can be undone.
const isSaving = (): boolean => ui.get().saving > 0
export const needsUndo = firstOf(
  needsWriting,
  unless(() => projectNow()?.undoTitle !== null || isSaving(), words.nothingToUndo),
)
export const needsRedo = firstOf(
  needsWriting,
  unless(() => projectNow()?.redoTitle !== null || isSaving(), words.nothingToRedo),
)

export const needsNoTraining = firstOf(
  needsWriting,
  unless(() => !isTraining(), words.training),
)
export const needsTrained = firstOf(needsProject, unless(hasTrained, words.neverTrained))
export const needsModel = firstOf(
  needsProject,
  unless(() => projectNow()?.model != null, words.noModel),
)
export const needsUsableModel = firstOf(
  needsModel,
  unless(() => projectNow()?.model?.usable === true, words.modelLost),
)
export const needsNames = firstOf(
  needsWriting,
  unless(() => labelsNow().length > 0, words.noLabels),
  unless(knowsNames, words.noNames),
)

const needsWritableImage = firstOf(needsImage, needsWriting)
const isSeen = (): boolean => {
  const detail = detailNow()
  return detail === undefined || canBeSeen(detail)
}
const isAsked = (): boolean => {
  const detail = detailNow()
  const labelId = focusedLabel()
  return (
    detail !== undefined &&
    [...detail.mistakes, ...detail.allSuggestions].some((suggestion) => suggestion.labelId === labelId)
  )
}
/** Needs a label that the model scores. */
export const needsSuggestion = firstOf(
  needsWritableImage,
  unless(isSeen, words.unseenSuggestion),
  unless(isAsked, words.noSuggestion),
)
export const needsSuggestions = firstOf(
  needsWritableImage,
  unless(isSeen, words.unseenSuggestion),
  unless(() => (detailNow()?.suggestions.length ?? 0) > 0, words.noSuggestions),
)
/** To mark all undecided labels at once, the image must have been shown. */
export const needsSeen = firstOf(needsWritableImage, unless(isSeen, words.unseen))
/** The same for a button, which also needs undecided labels. */
export const needsOpenLabels = firstOf(
  needsSeen,
  unless(() => {
    const detail = detailNow()
    return detail !== undefined && restOf(labelsNow(), detail).length > 0
  }, words.nothingOpen),
)
export const needsMark = needsWritableImage

const hasNeighbour = (by: 1 | -1): boolean => {
  const imageId = imageNow()
  const ids = currentIds()
  return ids[(imageId === null ? -1 : ids.indexOf(imageId)) + by] !== undefined
}
export const needsNext = firstOf(
  needsImage,
  unless(() => hasNeighbour(1), words.lastImage),
)
export const needsPrevious = firstOf(
  needsImage,
  unless(() => hasNeighbour(-1), words.firstImage),
)
