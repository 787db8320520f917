import { useQuery } from '@tanstack/react-query'
import type { Decisions } from '../../contract/progress.ts'
import type { Label } from '../../contract/schemas.ts'
import { client, reportOf } from '../bridge/client.ts'
import { useLabels, useProject } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { Name } from '../ui/Name.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'
import { Dot } from '../ui/StateIcon.tsx'
import { dayBegan, remaining, savedBy, sumOf } from './estimate.ts'

const words = texts.progress

/** Overall progress, today's and this session's decisions, and what is left. */
export function ProgressDialog({ onClose }: { onClose: () => void }) {
  const { data: project } = useProject()
  const labels = useLabels()
  const overview = useQuery({
    queryKey: ['progress'],
    queryFn: () => client.progress.overview({ today: dayBegan(new Date()) }),
    gcTime: 0,
  })
  const likely = useQuery({ queryKey: ['likely'], queryFn: () => client.progress.likely(), gcTime: 0 })
  const images = project?.images.total ?? 0
  const error = overview.error ?? likely.error
  const counts = new Map(likely.data?.map((one) => [one.labelId, one]))
  const { today, total, session } = overview.data ?? {}
  const left = remaining(images, labels, likely.data ?? [], session?.perMinute ?? null)
  return (
    <Modal title={words.title} width="wide" onClose={onClose}>
      {error && <ErrorLine error={reportOf(error)} />}
      <div className="flex flex-col gap-5">
        <dl className="m-0 grid grid-cols-2 gap-3 sm:grid-cols-4">
          <Figure name={words.known} value={words.share(left.known, left.pairs)} hint={words.ofPairs(left.pairs)} />
          <Figure name={words.today} value={today ? decided(today) : '…'} hint={today ? how(today) : ''} />
          <Figure name={words.saved} value={total ? savedBy(total).toLocaleString() : '…'} hint={words.savedHint} />
          <Figure
            name={words.left}
            value={left.unknown.toLocaleString()}
            hint={words.leftHint(left.suggested, left.minutes)}
          />
        </dl>
        {session && (
          <p className="m-0 text-muted" role="status">
            {words.session(
              sumOf(session.decisions),
              session.minutes,
              session.perMinute,
              labels.filter(({ id }) => session.labelIds.includes(id)).length,
            )}
          </p>
        )}
        {labels.length > 0 && (
          <ScrollRegion label={words.labels} className="max-h-[48vh] rounded-lg border border-line">
            <table className="w-full border-separate border-spacing-0 tabular-nums">
              <thead>
                <tr className="text-left text-[13px] text-muted">
                  {[words.columns.label, words.columns.share].map((title) => (
                    <th key={title} scope="col" className={head}>
                      {title}
                    </th>
                  ))}
                  {[words.columns.known, words.columns.present, words.columns.absent, words.columns.suggested].map(
                    (title) => (
                      <th key={title} scope="col" className={`${head} text-right`}>
                        {title}
                      </th>
                    ),
                  )}
                </tr>
              </thead>
              <tbody>
                {labels.map((label) => (
                  <Line key={label.id} label={label} images={images} suggested={counts.get(label.id)} />
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        )}
      </div>
    </Modal>
  )
}

const head = 'sticky top-0 border-b border-line bg-raised px-3 py-1.5 font-medium'
const cell = 'border-b border-line px-3 py-1.5'

const decided = (one: Decisions): string => sumOf(one).toLocaleString()
const how = ({ byHand, oneByOne, inBulk, imported }: Decisions): string =>
  words.how(byHand, oneByOne + inBulk, imported)

function Figure({ name, value, hint }: { name: string; value: string; hint: string }) {
  return (
    <div className="flex flex-col gap-0.5 rounded-lg border border-line p-3">
      <dt className="text-[13px] text-muted">{name}</dt>
      <dd className="m-0 text-xl font-semibold tabular-nums">{value}</dd>
      <dd className="m-0 text-[13px] text-muted">{hint}</dd>
    </div>
  )
}

/** Present from the left, absent from the right, unknown in between. */
function Line({
  label: { name, colour, presentCount, absentCount },
  images,
  suggested,
}: {
  label: Label
  images: number
  suggested: { present: number; absent: number } | undefined
}) {
  const width = (count: number): string => `${images > 0 ? (count / images) * 100 : 0}%`
  return (
    <tr>
      <th scope="row" className={`${cell} max-w-44 text-left font-normal`}>
        <span className="flex items-center gap-2">
          <Dot colour={colour} />
          <Name title={name}>{name}</Name>
        </span>
      </th>
      <td className={`${cell} w-2/5`}>
        <span
          role="img"
          aria-label={words.bar(presentCount, absentCount, images - presentCount - absentCount)}
          className="flex h-2 justify-between overflow-hidden rounded-full bg-sunken"
        >
          <span className="bg-present" style={{ width: width(presentCount) }} />
          <span className="bg-absent" style={{ width: width(absentCount) }} />
        </span>
      </td>
      <td className={`${cell} text-right`}>{words.share(presentCount + absentCount, images)}</td>
      <td className={`${cell} text-right`}>{presentCount.toLocaleString()}</td>
      <td className={`${cell} text-right`}>{absentCount.toLocaleString()}</td>
      <td className={`${cell} text-right text-muted`}>
        {suggested ? words.suggested(suggested.present, suggested.absent) : '–'}
      </td>
    </tr>
  )
}
