import type { MergeReport } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Count } from './Count.tsx'
import { type LabelLine, LabelNumbers } from './LabelNumbers.tsx'
import { Examples } from './Problems.tsx'

const words = texts.merging

/** Whether the other copy has nothing new. */
export function isNothing({ taken, disputed, labelsAdded }: MergeReport): boolean {
  return taken + disputed + labelsAdded.length === 0
}

/** What a merge will do or has done, and how well the two annotators agree. */
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
  const lineOf = (name: string, pairs: number, agreed: number, kappa: number | null): LabelLine => ({
    name,
    numbers: [pairs.toLocaleString(), agreed.toLocaleString(), kappa === null ? '–' : kappa.toFixed(2)],
  })
  const total = (key: 'pairs' | 'agreed'): number => agreement.reduce((sum, one) => sum + one[key], 0)
  return (
    <div className="flex flex-col gap-1">
      <h3 className="m-0 text-sm font-medium">{words.agreement}</h3>
      <p className="m-0 mb-1 text-[13px] text-muted">{words.agreementHint}</p>
      <LabelNumbers
        title={words.agreement}
        heads={[words.judged, words.agreed, words.kappa]}
        lines={agreement.map((one) => lineOf(one.label, one.pairs, one.agreed, one.kappa))}
        all={lineOf(words.all, total('pairs'), total('agreed'), kappa)}
      />
    </div>
  )
}
