import { ChartSpline, Check } from 'lucide-react'
import type { Model } from '../../contract/schemas.ts'
import { keyNameOf, openModelPage } from '../actions/registry.ts'
import { client } from '../bridge/client.ts'
import { useModels } from '../state/queries.ts'
import { notifyError } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'

/** All models of the project, with the one in use and buttons to switch. */
export function ModelList({ readOnly }: { readOnly: boolean }) {
  const models = useModels()
  if (models.length === 0) return null
  return (
    <section aria-label={texts.training.models} className="flex flex-col gap-1.5">
      <div className="flex items-center justify-between gap-2">
        <h3 className="m-0 text-[13px] font-semibold">{texts.training.models}</h3>
        <Button kind="quiet" title={keyNameOf('models')} onClick={() => openModelPage()}>
          <ChartSpline size={14} aria-hidden /> {texts.models.open}
        </Button>
      </div>
      <ul className="m-0 flex max-h-56 list-none flex-col overflow-auto p-0 text-[13px]">
        {models.map((model) => (
          <li key={model.id} className="flex items-center justify-between gap-2 border-t border-line py-1.5">
            <span className="min-w-0">
              <span className="block">{new Date(model.createdAt).toLocaleString()}</span>
              <span className="block truncate text-muted" title={factsOf(model)}>
                {factsOf(model)}
              </span>
            </span>
            {model.current ? (
              <span className="inline-flex shrink-0 items-center gap-1 text-muted">
                <Check size={14} aria-hidden /> {texts.training.suggestsNow}
              </span>
            ) : (
              <Button
                className="shrink-0"
                whyNot={readOnly ? texts.notNow.readOnly : model.usable ? null : texts.notNow.scoresLost}
                onClick={() => void client.training.use({ id: model.id }).catch(notifyError)}
              >
                {texts.training.useModel}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function factsOf({ kind, mAP, labels, backbone, usable }: Model): string {
  const quality = mAP ? [`${texts.models.mAP} ${texts.models.percent(mAP.blend)}`] : []
  const lost = usable ? [] : [texts.training.scoresLost]
  const learnt = kind === 'names' ? texts.names.model : texts.training.labelCount(labels.length)
  return [...quality, learnt, backbone, ...lost].join(' · ')
}
