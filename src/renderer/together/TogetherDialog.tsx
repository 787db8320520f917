import { useQuery } from '@tanstack/react-query'
import { CheckCheck } from 'lucide-react'
import { useState } from 'react'
import type { BulkPreview, BulkRequest } from '../../preload/bulkSchemas.ts'
import { client, reportOf } from '../bridge/client.ts'
import { useLatestJob } from '../state/queries.ts'
import { notify, useUi } from '../state/ui.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/Button.tsx'
import { Checkbox, Choice } from '../ui/Choice.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { JobLine } from '../ui/JobLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'
import { Plan } from './Plan.tsx'
import { Sample } from './Sample.tsx'

const words = texts.together
const precisions = ['0.9', '0.95', '0.98', '0.99'] as const

/** Many suggestions at once: what that would do, with a sample to check, before it is done. */
export function TogetherDialog({ onClose }: { onClose: () => void }) {
  const filter = useUi((state) => state.filter)
  const [precision, setPrecision] = useState<(typeof precisions)[number]>('0.95')
  const [sides, setSides] = useState({ present: true, absent: true })
  const [where, setWhere] = useState<'all' | 'shown'>('all')
  const { busy, error, run } = useAction()
  const job = useLatestJob('accept')
  const isFiltered = Object.values(filter).some((condition) => condition !== undefined)
  const chosen = (['present', 'absent'] as const).filter((side) => sides[side])
  const request: BulkRequest = {
    precision: Number(precision),
    sides: chosen,
    labelIds: null,
    filter: isFiltered && where === 'shown' ? filter : null,
  }
  const preview = useQuery({
    queryKey: ['together', request],
    queryFn: () => client.bulk.preview(request),
    enabled: chosen.length > 0,
    // Each holds once, and for what is known now.
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const plan = chosen.length > 0 && !preview.error ? preview.data : undefined

  const accept = ({ token }: BulkPreview) =>
    run(async () => {
      try {
        const { changed, left } = await client.bulk.accept({ token })
        notify('info', { message: words.done(changed, left) })
        onClose()
      } catch (cause) {
        // The plan that was shown is used up.
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
        <div className="flex flex-wrap items-start gap-x-10 gap-y-3">
          <Choice
            legend={words.precision}
            value={precision}
            inLine
            options={precisions.map((value) => ({ value, label: `${Math.round(Number(value) * 100)} %` }))}
            onChange={setPrecision}
          />
          <fieldset className="m-0 border-0 p-0">
            <legend className="mb-1 p-0 font-medium">{words.sides}</legend>
            <div className="flex gap-5 py-1">
              {(['present', 'absent'] as const).map((side) => (
                <Checkbox key={side} checked={sides[side]} onChange={(is) => setSides({ ...sides, [side]: is })}>
                  {texts.states[side]}
                </Checkbox>
              ))}
            </div>
          </fieldset>
          {isFiltered && (
            <Choice
              legend={words.where}
              value={where}
              inLine
              options={[
                { value: 'all', label: words.everywhere },
                { value: 'shown', label: words.shown },
              ]}
              onChange={setWhere}
            />
          )}
        </div>
        {busy && job?.state === 'running' && <JobLine job={job} />}
        {error && <ErrorLine error={error} />}
        {preview.error && <ErrorLine error={reportOf(preview.error)} />}
        {chosen.length > 0 && preview.isPending && <p className="m-0 text-muted">{words.planning}</p>}
        {plan && (
          <>
            <p role="status" className="m-0">
              {words.would(plan.count, plan.images, plan.expectedErrors)}
            </p>
            <Plan lines={plan.lines} />
            {plan.sample.length > 0 && <Sample key={plan.token} sample={plan.sample} />}
          </>
        )}
      </div>
    </Modal>
  )
}
