import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { CheckCheck } from 'lucide-react'
import { useState } from 'react'
import type { BulkPreview, BulkRequest, BulkSample } from '../../contract/bulk.ts'
import { otherSide, State, stateOf } from '../../contract/state.ts'
import { client, reportOf } from '../bridge/client.ts'
import { mark } from '../state/marks.ts'
import { keys, useLatestJob } from '../state/queries.ts'
import { notify, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { AimFields, type Aims, hasLowerTarget, usualAims } from './Aims.tsx'
import { offeredOf, refusedOf, whyNothing } from './lines.ts'
import { NotOffered } from './NotOffered.tsx'
import { Plan } from './Plan.tsx'
import type { Corrections } from './Sample.tsx'

const words = texts.bulk

/** Accepting many suggestions at once. A plan first shows, for each label, what would be accepted and what can be promised. */
export function BulkDialog({ onClose }: { onClose: () => void }) {
  const filter = useUi((state) => state.filter)
  const [aims, setAims] = useState(usualAims)
  const corrections = useCorrections()
  const { busy, error, run } = useAction()
  const job = useLatestJob('accept')
  const isFiltered = Object.values(filter).some((condition) => condition !== undefined)
  const request: BulkRequest = {
    precision: Number(aims.precision),
    maxLost: Number(aims.maxLost),
    sides: aims.takesAbsent ? ['present', 'absent'] : ['present'],
    labelIds: null,
    filter: isFiltered && aims.where === 'shown' ? filter : null,
  }
  const preview = useQuery({
    queryKey: [...keys.bulk, request],
    queryFn: () => client.bulk.preview(request),
    placeholderData: keepPreviousData,
    // A plan is valid once, for the current marks.
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const plan = preview.error ? undefined : preview.data

  const accept = ({ token }: BulkPreview) =>
    run(async () => {
      try {
        const { changed, left } = await client.bulk.accept({ token })
        notify('info', { message: words.done(changed, left) })
        onClose()
      } catch (cause) {
        // The plan on screen has been used.
        void preview.refetch()
        throw cause
      }
    })

  return (
    <Modal
      title={words.title}
      width="wide"
      onClose={onClose}
      foot={
        <>
          <span className="flex-1" />
          <Button onClick={onClose}>{texts.common.cancel}</Button>
          <Button
            kind="primary"
            disabled={busy || !plan || plan.count === 0 || preview.isFetching}
            onClick={() => plan && void accept(plan)}
          >
            <CheckCheck size={16} aria-hidden /> {words.accept(plan?.count ?? 0)}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <AimFields
          aims={aims}
          isFiltered={isFiltered}
          onChange={(change) => setAims((before) => ({ ...before, ...change }))}
        />
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <ErrorLine error={error} />}
        {preview.error && <ErrorLine error={reportOf(preview.error)} />}
        {preview.isPending && <p className="m-0 text-muted">{words.planning}</p>}
        {plan && <Outcome plan={plan} aims={aims} isCurrent={!preview.isFetching} corrections={corrections} />}
      </div>
    </Modal>
  )
}

function Outcome({
  plan,
  aims,
  isCurrent,
  corrections,
}: {
  plan: BulkPreview
  aims: Aims
  isCurrent: boolean
  corrections: Corrections
}) {
  const { token, count, images, expectedErrors: errors, lines } = plan
  const [offered, refused] = [offeredOf(lines), refusedOf(lines)]
  const labels = new Set(offered.map(({ labelId }) => labelId)).size
  return (
    <>
      <p role="status" className="m-0">
        {count > 0 ? words.would({ count, labels, images, errors }) : nothing(plan, aims)}
      </p>
      {offered.length > 0 && <Plan lines={offered} token={isCurrent ? token : null} corrections={corrections} />}
      {refused.length > 0 && <NotOffered lines={refused} startsOpen={count === 0} />}
    </>
  )
}

function nothing({ lines }: BulkPreview, aims: Aims): string {
  const why = whyNothing(lines)
  if (why === 'suggested') return words.none.suggested
  return words.none[why](words.percent(Number(aims.precision)), hasLowerTarget(aims))
}

/** Errors found in a sample are marked at once, and can be reverted while the dialog is open. */
function useCorrections(): Corrections {
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set())
  const keyOf = ({ imageId, labelId }: BulkSample): string => `${imageId} ${labelId}`
  return {
    isWrong: (one) => wrong.has(keyOf(one)),
    toggle: (one) => {
      const next = new Set(wrong)
      const isWrong = !next.delete(keyOf(one))
      if (isWrong) next.add(keyOf(one))
      setWrong(next)
      mark(one.imageId, one.labelId, isWrong ? stateOf(otherSide(one.side)) : State.unknown)
    },
  }
}
