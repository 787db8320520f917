import { Check } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { Model } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'

/** All versions, newest first, with the one on screen and the one in use. */
export function Versions({
  models,
  shown,
  onShow,
}: {
  models: readonly Model[]
  shown: number
  onShow: (id: number) => void
}) {
  const list = useRef<HTMLFieldSetElement>(null)
  useEffect(() => {
    list.current?.querySelector<HTMLElement>('input:checked')?.focus()
  }, [])
  const t = texts.models
  return (
    <aside aria-label={t.versions} className="flex w-64 shrink-0 flex-col border-r border-line bg-surface">
      <h2 className="m-0 flex h-12 shrink-0 items-center border-b border-line px-4 text-sm font-semibold">
        {t.versions}
      </h2>
      <fieldset ref={list} className="m-0 min-h-0 min-w-0 flex-1 overflow-auto border-0 p-1.5">
        <legend className="sr-only">{t.versions}</legend>
        {models.map((model) => (
          <label
            key={model.id}
            className="block cursor-pointer rounded-md px-2.5 py-2 hover:bg-canvas has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="model-version"
              className="sr-only"
              checked={model.id === shown}
              onChange={() => onShow(model.id)}
            />
            <span className="flex justify-between gap-2">
              <span className="font-medium tabular-nums">{t.when(model.createdAt)}</span>
              <span className="tabular-nums">{model.mAP && t.percent(model.mAP.blend)}</span>
            </span>
            <span className="block truncate text-[13px] text-muted" title={model.backbone}>
              {[model.backbone, model.device, model.seed === null ? null : t.seed(model.seed)]
                .filter(Boolean)
                .join(' · ')}
            </span>
            {model.current && (
              <span className="flex items-center gap-1 text-[13px] text-present">
                <Check size={13} strokeWidth={3} aria-hidden /> {texts.training.suggestsNow}
              </span>
            )}
            {!model.usable && <span className="block text-[13px] text-absent">{texts.training.scoresLost}</span>}
          </label>
        ))}
      </fieldset>
    </aside>
  )
}
