import { autoUpdate, flip, offset, shift, useFloating } from '@floating-ui/react-dom'
import { useEffect, useState } from 'react'
import { action, keyNameOf } from '../actions/registry.ts'
import { useLatestJob, useProject } from '../state/queries.ts'
import { openImageId } from '../state/screen.ts'
import { endTour, moveTour, type TourStep, tourSteps } from '../state/tour.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { type Saying, sayings } from './steps.ts'
import { useTarget } from './useTarget.ts'

const words = texts.tour

/** A tour from the first image to an export. It points at the real controls, and doesn't block them. */
export function Tour() {
  const step = useUi((state) => state.tour)
  const { data: project } = useProject()
  return (
    // Rendered from the start, so that screen readers announce its content.
    <div aria-live="polite" className="contents">
      {step && project && <Step key={step} step={step} hasModel={project.model !== null} />}
    </div>
  )
}

function Step({ step, hasModel }: { step: TourStep; hasModel: boolean }) {
  const imageId = useUi((state) => openImageId(state.screen))
  const panelIsOpen = useUi((state) => state.trainingPanel)
  const showsSuggestions = useUi((state) => state.filter.suggested === true)
  const training = useLatestJob('train')
  const hasMarked = useHasMarked(training?.state)
  const showsResults = panelIsOpen && training?.state === 'done'
  const now = { imageId, hasMarked, hasModel, training, showsResults, showsSuggestions }
  const saying = sayings[step](now)
  const { isDone = false } = saying
  // A step that somebody went back to doesn't advance by itself.
  const [wasDone] = useState(isDone)
  useEffect(() => {
    if (isDone && !wasDone) moveTour(1)
  }, [isDone, wasDone])
  return <Card step={step} saying={saying} />
}

/** Whether something was marked since this step began, or since training started or ended. */
function useHasMarked(since: string | undefined): boolean {
  const isSaving = useUi((state) => state.saving > 0)
  const [has, setHas] = useState(false)
  const [before, setBefore] = useState(since)
  if (since !== before) {
    setBefore(since)
    setHas(false)
  } else if (isSaving && !has) setHas(true)
  return has
}

function Card({ step, saying: { text, targets } }: { step: TourStep; saying: Saying }) {
  const target = useTarget(targets)
  const place = tourSteps.indexOf(step)
  const isLast = place === tourSteps.length - 1
  const { refs, floatingStyles } = useFloating({
    strategy: 'fixed',
    // Over the images rather than over the labels.
    placement: target && isOnTheRight(target) ? 'left-start' : 'right-start',
    elements: { reference: target },
    middleware: [
      offset(14),
      flip({ fallbackPlacements: ['left-start', 'right-start', 'bottom-start', 'bottom-end', 'top-start'] }),
      shift({ padding: 8 }),
    ],
    whileElementsMounted: autoUpdate,
  })
  return (
    <>
      {target && <Ring target={target} />}
      <section
        ref={refs.setFloating}
        aria-label={words.title}
        className="z-40 flex w-80 flex-col gap-3 rounded-xl border border-accent bg-raised p-4 shadow-float"
        // In a corner if there is nothing to point at.
        style={target ? floatingStyles : { position: 'fixed', right: 16, bottom: 16 }}
      >
        <header className="flex items-baseline justify-between gap-3">
          <h2 className="m-0 text-sm font-semibold">{words.titles[step]}</h2>
          <span className="shrink-0 text-[13px] text-muted tabular-nums">
            {words.place(place + 1, tourSteps.length)}
          </span>
        </header>
        <p className="m-0">{text}</p>
        <footer className="flex items-center gap-2">
          {isLast ? (
            <span className="mr-auto" />
          ) : (
            <Button
              kind="quiet"
              className="mr-auto -ml-2 px-2 text-muted"
              title={keyNameOf('tour.end')}
              onClick={endTour}
            >
              {words.skip}
            </Button>
          )}
          <Button title={keyNameOf('tour.back')} disabled={place === 0} onClick={action('tour.back').run}>
            {words.back}
          </Button>
          <Button kind="primary" title={keyNameOf('tour.next')} onClick={action('tour.next').run}>
            {isLast ? words.finish : words.next} <span className="text-xs opacity-80">{keyNameOf('tour.next')}</span>
          </Button>
        </footer>
      </section>
    </>
  )
}

function isOnTheRight(target: Element): boolean {
  const { left, right } = target.getBoundingClientRect()
  return (left + right) / 2 > window.innerWidth / 2
}

/** A frame around the target that lets clicks through. */
function Ring({ target }: { target: Element }) {
  const { refs, floatingStyles } = useFloating({
    strategy: 'fixed',
    placement: 'bottom-start',
    elements: { reference: target },
    middleware: [offset(({ rects }) => -rects.reference.height - 4), { name: 'left', fn: ({ x }) => ({ x: x - 4 }) }],
    whileElementsMounted: autoUpdate,
  })
  const { width, height } = target.getBoundingClientRect()
  return (
    <div
      ref={refs.setFloating}
      aria-hidden
      className="pointer-events-none z-40 rounded-lg border-2 border-accent"
      style={{ ...floatingStyles, width: width + 8, height: height + 8 }}
    />
  )
}
