import type { MergeReport } from '../../preload/schemas.ts'
import { texts } from '../texts.ts'
import { Name } from '../ui/Name.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { Count } from './Count.tsx'
import { Examples } from './Problems.tsx'

const words = texts.merging

/** Whether the other copy brings nothing. */
export function isNothing({ taken, disputed, labelsAdded }: MergeReport): boolean {
  return taken + disputed + labelsAdded.length === 0
}

/** What joining another copy does, or did, and how far two annotators agree. */
export function MergeReportPane({ report }: { report: MergeReport }) {
  const { images, labelsAdded, taken, same, disputed, settled, agreement } = report
  return (
    <div role="status" className="flex flex-col gap-4">
      <div>
        <p className="m-0 font-medium">{words.matched(images.matched)}</p>
        {images.unmatched.length > 0 && (
          <Examples title={words.unmatched(images.unmatched.length)} examples={images.unmatched.slice(0, 100)} />
        )}
      </div>
      <ul className="m-0 flex list-none flex-col gap-0.5 p-0">
        <Count count={taken}>{words.taken(taken)}</Count>
        <Count count={same}>{words.same(same)}</Count>
        <Count count={disputed}>{words.disputed(disputed)}</Count>
        {settled > 0 && <Count count={settled}>{words.settled(settled)}</Count>}
        {labelsAdded.length > 0 && <Count count={labelsAdded.length}>{words.newLabels(labelsAdded)}</Count>}
      </ul>
      {isNothing(report) && <p className="m-0">{words.nothing}</p>}
      {agreement.length > 0 && <Agreement report={report} />}
    </div>
  )
}

function Agreement({ report: { agreement, kappa } }: { report: MergeReport }) {
  const cell = 'px-3 py-1 font-normal tabular-nums'
  const number = `${cell} text-right`
  const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(2))
  const total = (key: 'pairs' | 'agreed'): number => agreement.reduce((sum, one) => sum + one[key], 0)
  return (
    <div className="flex flex-col gap-1">
      <h3 className="m-0 text-sm font-medium">{words.agreement}</h3>
      <p className="m-0 text-[13px] text-muted">{words.agreementHint}</p>
      <ScrollRegion label={words.agreement} className="mt-1 max-h-64 rounded-md border border-line">
        <table className="w-full border-collapse">
          <thead className="sticky top-0 bg-sunken text-muted">
            <tr>
              <th scope="col" className={`${cell} text-left`}>
                {texts.exchange.label}
              </th>
              {[words.judged, words.agreed, words.kappa].map((head) => (
                <th key={head} scope="col" className={number}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {agreement.map((one) => (
              <tr key={one.label} className="border-t border-line">
                <th scope="row" className={`${cell} max-w-72 text-left`}>
                  <Name title={one.label}>{one.label}</Name>
                </th>
                <td className={number}>{one.pairs.toLocaleString()}</td>
                <td className={number}>{one.agreed.toLocaleString()}</td>
                <td className={number}>{shown(one.kappa)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot className="sticky bottom-0 bg-sunken">
            <tr>
              <th scope="row" className="px-3 py-1 text-left font-medium">
                {words.all}
              </th>
              <td className={number}>{total('pairs').toLocaleString()}</td>
              <td className={number}>{total('agreed').toLocaleString()}</td>
              <td className={number}>{shown(kappa)}</td>
            </tr>
          </tfoot>
        </table>
      </ScrollRegion>
    </div>
  )
}
