import { Presets, SingleBar } from 'cli-progress'
import type { Job } from '../../../contract/schemas.ts'
import type { Application } from '../../app/application.ts'
import { oneLine } from '../../base/visible.ts'
import { sayError } from './terminal.ts'
import { progress as texts } from './texts/common.ts'

/** Least milliseconds between two lines of the same phase, if the output isn't a terminal. */
const lineEvery = 5000

/**
 * Shows the progress of jobs on standard error, as standard output is for results: a bar on a terminal, otherwise a line now and
 * then.
 * @returns a function that stops it
 */
export function showProgress(application: Application): () => void {
  const abort = new AbortController()
  const events = application.context.events.subscribe(abort.signal)
  const show = process.stderr.isTTY ? new Bar() : new Lines()
  void (async () => {
    for await (const event of events) {
      if (event.kind === 'job') show.job(event.job)
      if (event.kind === 'notice') show.notice([event.message, event.hint].filter(Boolean).join(' '))
    }
  })()
  return () => {
    abort.abort()
    show.end()
  }
}

class Bar {
  readonly #bar = new SingleBar(
    { format: texts.bar, clearOnComplete: true, hideCursor: true, stream: process.stderr },
    Presets.shades_classic,
  )
  #shown: number | undefined

  job({ id, state, phase, fraction, secondsLeft }: Job): void {
    if (state !== 'running') {
      this.end()
      return
    }
    if (this.#shown !== id) {
      this.end()
      this.#bar.start(100, 0, { phase: oneLine(phase), left: '' })
      this.#shown = id
    }
    this.#bar.update(Math.floor((fraction ?? 0) * 100), { phase: oneLine(phase), left: leftOf(secondsLeft) })
  }

  notice(text: string): void {
    this.end()
    sayError(text)
  }

  end(): void {
    if (this.#shown !== undefined) this.#bar.stop()
    this.#shown = undefined
  }
}

class Lines {
  #phase = ''
  #at = Number.NEGATIVE_INFINITY

  job({ id, state, phase, fraction, secondsLeft }: Job): void {
    if (state !== 'running' || phase === 'Starting') return
    const now = performance.now()
    const same = `${id} ${phase.replace(/\d+/g, '')}`
    if (same === this.#phase && now - this.#at < lineEvery) return
    this.#phase = same
    this.#at = now
    sayError(texts.line(phase, fraction, leftOf(secondsLeft)))
  }

  notice(text: string): void {
    sayError(text)
  }

  end(): void {}
}

function leftOf(seconds: number | null): string {
  return seconds === null ? '' : texts.left(seconds)
}
