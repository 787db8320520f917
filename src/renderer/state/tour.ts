import { client } from '../bridge/client.ts'
import { imageAtHand } from './imageFile.ts'
import { grid } from './screen.ts'
import { changeGround, closeDialog, notifyError, openImage, showScreen, ui } from './ui.ts'

/** In this order (tour/steps.ts says what each shows). */
export const tourSteps = ['open', 'mark', 'train', 'decide', 'export'] as const
export type TourStep = (typeof tourSteps)[number]

export function startTour(): void {
  closeDialog()
  enter(tourSteps[0])
}

/** Each step starts on the screen that it is about. */
function enter(step: TourStep): void {
  if (step === 'open') showScreen(grid)
  if (step === 'mark') {
    changeGround(grid)
    const imageId = imageAtHand()
    if (imageId !== null) openImage(imageId)
  }
  ui.set({ tour: step })
}

/** Completed or skipped: the tour doesn't start by itself again. */
export function endTour(): void {
  ui.set({ tour: null })
  if (ui.get().tourSeen) return
  ui.set({ tourSeen: true })
  client.app.setPreferences({ tourSeen: true }).catch(notifyError)
}

/** One step forward or back; after the last one, the tour ends. */
export function moveTour(by: 1 | -1): void {
  const { tour } = ui.get()
  if (tour === null) return
  const at = tourSteps.indexOf(tour) + by
  if (at < 0) return
  if (at < tourSteps.length) enter(tourSteps[at])
  else endTour()
}
