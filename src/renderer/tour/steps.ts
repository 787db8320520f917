import type { Job } from '../../contract/schemas.ts'
import { keyNameOf } from '../actions/registry.ts'
import type { TourStep } from '../state/tour.ts'
import { texts } from '../texts/index.ts'

/** What the tour says now, and the control that it points at: the first of these that is on the screen. */
export interface Saying {
  text: string
  targets: readonly string[]
  /** The step has come to its end by itself. */
  isDone?: boolean
}

interface Situation {
  /** The open one. */
  imageId: number | null
  /** Something was marked since the step began. */
  hasMarked: boolean
  training: Job | undefined
  /** What came of it is on the screen, with the way to the suggestions. */
  showsResults: boolean
  /** The grid shows images with suggestions. */
  showsSuggestions: boolean
  hasModel: boolean
}

const words = texts.tour
const firstImage = '[data-path]'
const fineTune = '[data-tour=fine-tune]'
const panel = '#panel-image'

/** Each step looks at what somebody does meanwhile: it points at what comes next for them. */
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
