import type { ExchangeFormat, ProjectSummary } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'

/** Says before anything is written what the file will hold and what the format can't store. */
export function ExportLosses({ format, project }: { format: ExchangeFormat; project: ProjectSummary }) {
  const [present, absent] = (['presentCount', 'absentCount'] as const).map((count) =>
    project.labels.reduce((sum, label) => sum + label[count], 0),
  )
  const pairs = (format.says.unlabelled ? project.images.total : project.images.started) * project.labels.length
  const unknown = Math.max(0, pairs - present - absent)
  return (
    <div role="status" className="rounded-md bg-sunken px-3 py-2">
      <p className="m-0">{texts.exchange.willHold(present, format.says.absent ? absent : 0)}</p>
      {!format.says.absent && absent > 0 && <p className="m-0">{texts.exchange.loses(absent)}</p>}
      {!format.says.absent && unknown > 0 && <p className="m-0">{texts.exchange.unknownLooksAbsent(unknown)}</p>}
    </div>
  )
}
