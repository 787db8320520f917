import { LoaderCircle, WandSparkles } from 'lucide-react'
import { action, keyNameOf } from '../actions/registry.ts'
import { useLatestJob } from '../state/queries.ts'
import { ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'

/** Starts training. While training runs, it shows progress and opens the panel. */
export function FineTuneButton() {
  const job = useLatestJob('train')
  const isOpen = useUi((state) => state.trainingPanel)
  if (job?.state === 'running') {
    return (
      <Button
        data-tour="fine-tune"
        kind="primary"
        aria-expanded={isOpen}
        onClick={() => ui.set({ trainingPanel: !isOpen })}
      >
        <LoaderCircle size={16} className="animate-spin" aria-hidden /> {texts.training.running}
        <span className="tabular-nums">{texts.common.percent(job.fraction ?? 0)}</span>
      </Button>
    )
  }
  return (
    <Button
      data-tour="fine-tune"
      kind="primary"
      title={keyNameOf('fine-tune')}
      whyNot={action('fine-tune').whyNot()}
      onClick={action('fine-tune').run}
    >
      <WandSparkles size={16} aria-hidden /> {texts.training.button}
    </Button>
  )
}
