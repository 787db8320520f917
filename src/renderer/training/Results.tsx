import type { Model } from '../../contract/schemas.ts'
import { Change } from '../models/LabelTable.tsx'
import { useReport } from '../models/queries.ts'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'

const percent = (value: number | null): string => (value === null ? '–' : (value * 100).toFixed(1))

interface Line {
  name: string
  support: number
  /** Fractions; the last one is the blend, which makes the suggestions. */
  values: readonly (number | null)[]
  change: number | null
}

/**
 * Average precision of each label on held-out marks, with its change from the previous version on the pairs that both know. The first
 * version is compared with its own parts instead.
 */
export function Results({ model }: { model: Model }) {
  const { data: report } = useReport(model.usable ? model.id : null)
  const hasBefore = report?.before != null
  const columns = hasBefore ? [texts.models.after] : [texts.training.linear, texts.training.sst, texts.training.blend]
  const lines: Line[] = model.labels.map(({ labelId, name, present, absent, averagePrecision: ap }) => {
    const change = report?.labels.find((one) => one.labelId === labelId)?.change ?? null
    return {
      ...{ name, support: present + absent, change: change && change.after - change.before },
      values: hasBefore ? [ap.blend] : [ap.linear, ap.sst, ap.blend],
    }
  })
  const changes = lines.flatMap(({ change }) => (change === null ? [] : [change]))
  const meanChange = changes.length === 0 ? null : changes.reduce((sum, change) => sum + change, 0) / changes.length
  const { mAP } = model
  const means = mAP && (hasBefore ? [mAP.blend] : [mAP.linear, mAP.sst, mAP.blend])

  return (
    <section aria-label={texts.training.results} className="flex flex-col gap-1.5">
      <h3 className="m-0 text-[13px] font-semibold">{texts.training.results}</h3>
      <table className="w-full border-collapse text-[13px] tabular-nums">
        <thead className="text-muted">
          <tr>
            <th className="py-1 text-left font-medium">{texts.training.label}</th>
            <th className="py-1 text-right font-medium">{texts.training.support}</th>
            {columns.map((column) => (
              <th key={column} className="py-1 text-right font-medium">
                {column}
              </th>
            ))}
            {hasBefore && <th className="py-1 text-right font-medium">{texts.models.columns.change}</th>}
          </tr>
        </thead>
        <tbody>
          {means && (
            <tr className="border-t border-line font-semibold">
              <td className="py-1">{texts.models.mAP}</td>
              <td />
              {columns.map((column, place) => (
                <td key={column} className="text-right">
                  {percent(means[place])}
                </td>
              ))}
              {hasBefore && (
                <td className="text-right">
                  <Change points={meanChange} />
                </td>
              )}
            </tr>
          )}
          {lines.map(({ name, support, values, change }) => (
            <tr key={name} className="border-t border-line">
              <td className="max-w-36 py-1">
                <Name title={name}>{name}</Name>
              </td>
              <td className="text-right text-muted">{support}</td>
              {columns.map((column, place) => (
                <td key={column} className="text-right">
                  {percent(values[place])}
                </td>
              ))}
              {hasBefore && (
                <td className="text-right">
                  <Change points={change} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
