import { Footprints, X } from 'lucide-react'
import type { ProjectSummary } from '../../contract/schemas.ts'
import { action, keyNameOf } from '../actions/registry.ts'
import { useInfo, useLabels, useLatestJob, useModels, useNames } from '../state/queries.ts'
import { remember } from '../state/remembered.ts'
import { ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'

const words = texts.firstSteps

/** What to do next in a project without a model. */
export function FirstSteps({ project }: { project: ProjectSummary }) {
  const labels = useLabels()
  const models = useModels()
  const training = useLatestJob('train')
  const { data: info } = useInfo()
  const names = useNames()
  const isWanted = useUi((state) => state.firstSteps && state.tour === null)
  const { images, model, readOnly } = project
  if (!isWanted || !info || readOnly || images.total === 0) return null
  if (models.some(({ kind }) => kind !== 'names') || (model && model.kind !== 'names')) return null
  if (training?.state === 'running') return null

  const least = info.minKnown
  const learnable = labels.filter((one) => one.presentCount >= least && one.absentCount >= least).length
  return (
    <section
      aria-label={words.title}
      className="flex items-center gap-3 border-b border-line bg-accent-soft py-1.5 pr-2 pl-4"
    >
      <Footprints size={16} className="shrink-0 text-accent" aria-hidden />
      <p role="status" className="m-0 min-w-0 flex-1">
        {labels.length === 0
          ? words.label
          : learnable === 0
            ? words.mark(least)
            : words.train(learnable, keyNameOf('fine-tune'))}
      </p>
      {labels.length === 0 && <Button onClick={action('add-label').run}>{words.addLabel}</Button>}
      {labels.length > 0 && learnable === 0 && (
        <>
          {names !== null && !model && <Button onClick={action('suggest-from-names').run}>{texts.names.action}</Button>}
          <Button onClick={action('grid.open').run}>{words.open}</Button>
          <Button title={keyNameOf('grid.label-by-label')} onClick={action('grid.label-by-label').run}>
            {words.labelByLabel}
          </Button>
        </>
      )}
      <IconButton
        label={words.hide}
        onClick={() => {
          ui.set({ firstSteps: false })
          remember('firstSteps', false)
        }}
      >
        <X size={16} aria-hidden />
      </IconButton>
    </section>
  )
}
