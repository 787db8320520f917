import type { Job } from '../../contract/schemas.ts'
import { keyNameOf } from '../actions/registry.ts'
import type { TourStep } from '../state/tour.ts'
import { texts } from '../texts/index.ts'

/** What the tour says now, and what it points at: the first of these controls that is on screen. */
export interface Saying {
  text: string
  targets: readonly string[]
  /** Whether the step is complete. */
  isDone?: boolean
}

interface Situation {
  /** The open image. */
  imageId: number | null
  /** Whether something was marked since the step began. */
  hasMarked: boolean
  training: Job | undefined
  /** Whether the training result is on screen, with its link to the suggestions. */
  showsResults: boolean
  /** Whether the grid shows images with suggestions. */
  showsSuggestions: boolean
  hasModel: boolean
}

const words = texts.tour
const firstImage = '[data-path]'
const fineTune = '[data-tour=fine-tune]'
const panel = '#panel-image'

/** The steps. Each follows what the user does and points at what comes next. */
export const sayings: Record<TourStep, (now: Situation) => Saying> = {
  open: ({ imageId }) => ({
    text: words.open(keyNameOf('image.next')),
    targets: [firstImage],
    isDone: imageId !== null,
  }),
  mark: ({ imageId, hasMarked }) => {
    if (imageId === null) return { text: words.openFirst, targets: [firstImage] }
    const unknown = `${panel} li[data-state=unknown]`
    return hasMarked
      ? { text: words.marked(keyNameOf('undo')), targets: [panel] }
      : { text: words.mark, targets: [unknown, panel] }
  },
  train: ({ training }) => ({
    text: words.train(keyNameOf('fine-tune')),
    targets: [fineTune],
    isDone: training?.state === 'running',
  }),
  decide: ({ imageId, training, showsResults, showsSuggestions, hasModel, hasMarked }) => {
    if (training?.state === 'running') return { text: words.training, targets: ['[data-tour=training]', fineTune] }
    if (!hasModel) return { text: words.notTrained, targets: [fineTune] }
    if (showsResults) return { text: words.seeSuggestions, targets: ['[data-tour=suggestions]'] }
    if (imageId === null) {
      return showsSuggestions
        ? { text: words.openSuggested, targets: [firstImage] }
        : { text: words.seeSuggestions, targets: ['[data-tour=suggested-only]'] }
    }
    const keys = ['image.accept', 'image.reject', 'image.skip', 'image.why'].map(keyNameOf)
    const text = hasMarked ? words.decided(keys[2]) : words.decide(keys[0], keys[1], keys[2], keys[3])
    return { text, targets: [`${panel} li[data-state=suggested]`, panel] }
  },
  export: () => ({
    text: words.export(keyNameOf('export'), keyNameOf('palette'), keyNameOf('keys')),
    targets: ['[data-tour=menu]'],
  }),
}
