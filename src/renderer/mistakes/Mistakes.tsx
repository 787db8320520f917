import { useState } from 'react'
import type { Mistake } from '../../contract/models.ts'
import { sideOf } from '../../contract/state.ts'
import type { LabelFigures } from '../models/labelOrder.ts'
import { mostMistakes, useMistakes } from '../models/queries.ts'
import { currentIds } from '../state/queries.ts'
import { openImage, ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { StateIcon } from '../ui/StateIcon.tsx'
import { Thumbnail } from '../ui/Thumbnail.tsx'

/** Marks that the model confidently contradicts, by label, with the images of one label to review. */
export function Mistakes({ modelId, labels }: { modelId: number; labels: readonly LabelFigures[] }) {
  const [chosen, setChosen] = useState<number | null>(null)
  const t = texts.models
  const total = ({ mistakes }: LabelFigures): number => mistakes.present + mistakes.absent
  const found = labels.filter((label) => total(label) > 0).sort((a, b) => total(b) - total(a))
  const shown = found.find(({ labelId }) => labelId === chosen) ?? found[0]
  if (!shown) return <p className="m-0 text-muted">{t.noMistakes}</p>
  return (
    <div className="flex flex-col gap-3 min-[1100px]:flex-row">
      <ScrollRegion
        label={t.mistakes}
        className="max-h-72 shrink-0 rounded-lg border border-line min-[1100px]:w-[420px]"
      >
        <table className="w-full border-separate border-spacing-0 tabular-nums">
          <thead>
            <tr className="text-muted">
              <th
                scope="col"
                className="sticky top-0 border-b border-line bg-surface px-3 py-1.5 text-left font-medium"
              >
                {t.columns.name}
              </th>
              <th
                scope="col"
                className="sticky top-0 border-b border-line bg-surface px-3 py-1.5 text-right font-medium"
              >
                {t.saysAbsent}
              </th>
              <th
                scope="col"
                className="sticky top-0 border-b border-line bg-surface px-3 py-1.5 text-right font-medium"
              >
                {t.saysPresent}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map((label) => (
              <tr key={label.labelId} className={label === shown ? 'bg-accent-soft' : 'hover:bg-canvas'}>
                <th scope="row" className="max-w-40 border-b border-line p-0 text-left font-normal">
                  <button
                    type="button"
                    aria-pressed={label === shown}
                    onClick={() => setChosen(label.labelId)}
                    className="block h-8 w-full px-3 text-left"
                  >
                    <Name>{label.name}</Name>
                  </button>
                </th>
                <td className="border-b border-line px-3 text-right">{t.of(label.mistakes.present, label.present)}</td>
                <td className="border-b border-line px-3 text-right">{t.of(label.mistakes.absent, label.absent)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <Images modelId={modelId} label={shown} />
    </div>
  )
}

function Images({ modelId, label }: { modelId: number; label: LabelFigures }) {
  const { data } = useMistakes(modelId, label.labelId)
  const t = texts.models
  if (!data) return <p className="m-0 text-muted">{texts.common.loading}</p>
  return (
    <div className="min-w-0 flex-1">
      <ul
        aria-label={t.imagesOfMistakes(label.name)}
        className="m-0 flex max-h-72 list-none flex-wrap gap-2 overflow-auto p-0.5"
      >
        {data.map((one) => (
          <li key={one.imageId}>
            <Image mistake={one} labelId={label.labelId} />
          </li>
        ))}
      </ul>
      {data.length === mostMistakes && <p className="m-0 pt-1 text-[13px] text-muted">{t.firstOnes(data.length)}</p>}
    </div>
  )
}

function Image({ mistake, labelId }: { mistake: Mistake; labelId: number }) {
  const { imageId, version, path, state, probability } = mistake
  const marked = sideOf(state)
  const sure = texts.image.probability(probability)
  return (
    <button
      type="button"
      aria-label={texts.models.openMistake(path, texts.states[marked], sure)}
      title={path}
      onClick={() => look(imageId, labelId)}
      className="flex w-28 flex-col overflow-hidden rounded-lg border border-line bg-surface hover:border-muted"
    >
      <Thumbnail image={{ id: imageId, version }} className="h-20 w-full bg-stage object-contain" />
      <span className="flex w-full items-center justify-between px-2 py-1 text-xs tabular-nums">
        <span className="flex items-center gap-1">
          <StateIcon state={marked} size={12} /> {texts.states[marked]}
        </span>
        <span className="text-suggested">{sure}</span>
      </span>
    </button>
  )
}

/** Opens the image with the label focused; Escape comes back here. */
function look(imageId: number, labelId: number): void {
  // An image that the filter hides would have no neighbours.
  if (!currentIds().includes(imageId)) ui.set({ filter: {} })
  openImage(imageId)
  ui.set({ focusedLabel: labelId })
}
