import type { Model } from '../../preload/schemas.ts'
import { texts } from '../texts.ts'

const percent = (value: number | null): string => (value === null ? '–' : (value * 100).toFixed(0))

/** Average precision of each label on known labels that were held out: how far to believe the suggestions. */
export function Results({ model }: { model: Model }) {
  return (
    <section aria-label={texts.training.results} className="flex flex-col gap-1.5">
      <h3 className="m-0 text-[13px] font-semibold">{texts.training.results}</h3>
      <table className="w-full border-collapse text-[13px] tabular-nums">
        <thead className="text-muted">
          <tr>
            <th className="py-1 text-left font-medium">{texts.training.label}</th>
            <th className="py-1 text-right font-medium">{texts.training.support}</th>
            <th className="py-1 text-right font-medium">{texts.training.linear}</th>
            <th className="py-1 text-right font-medium">{texts.training.sst}</th>
            <th className="py-1 text-right font-medium">{texts.training.blend}</th>
          </tr>
        </thead>
        <tbody>
          {model.mAP && (
            <tr className="border-t border-line font-semibold">
              <td className="py-1">{texts.training.mean}</td>
              <td />
              <td className="text-right">{percent(model.mAP.linear)}</td>
              <td className="text-right">{percent(model.mAP.sst)}</td>
              <td className="text-right">{percent(model.mAP.blend)}</td>
            </tr>
          )}
          {model.labels.map((label) => (
            <tr key={label.labelId} className="border-t border-line">
              <td className="max-w-36 truncate py-1" title={label.name}>
                <bdi>{label.name}</bdi>
              </td>
              <td className="text-right text-muted">{label.present + label.absent}</td>
              <td className="text-right">{percent(label.averagePrecision.linear)}</td>
              <td className="text-right">{percent(label.averagePrecision.sst)}</td>
              <td className="text-right">{percent(label.averagePrecision.blend)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
