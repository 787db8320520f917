import { useQuery } from '@tanstack/react-query'
import { Check, CircleX, Copy, type LucideIcon, TriangleAlert } from 'lucide-react'
import { doctorParts, type Finding } from '../../contract/doctor.ts'
import { client, reportOf } from '../bridge/client.ts'
import { keys } from '../state/queries.ts'
import { notify } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { ScrollRegion } from '../ui/ScrollRegion.tsx'

const t = texts.doctor

/** Checks whether everything that the program needs is available; the result can be copied for whoever helps. */
export function DoctorDialog({ onClose }: { onClose: () => void }) {
  // Checked again each time the dialog opens.
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: keys.doctor,
    queryFn: () => client.app.doctor(),
    staleTime: 0,
    gcTime: 0,
  })
  const count = (state: Finding['state']) => data?.findings.filter((one) => one.state === state).length ?? 0
  const copy = () => {
    navigator.clipboard.writeText(data?.text ?? '').then(
      () => notify('info', { message: t.copied }),
      () => notify('warning', { message: t.refused, hint: t.refusedHint }),
    )
  }
  return (
    <Modal
      title={t.title}
      onClose={onClose}
      width="wide"
      foot={
        <>
          <Button onClick={() => void refetch()} disabled={isFetching}>
            {t.again}
          </Button>
          <Button kind="primary" onClick={copy} disabled={!data || isFetching}>
            <Copy size={15} aria-hidden /> {t.copy}
          </Button>
        </>
      }
    >
      <p role="status" className="m-0 mb-4 font-medium">
        {isFetching ? t.looking : data ? t.verdict(count('problem'), count('warning')) : ''}
      </p>
      {error && <ErrorLine error={reportOf(error)} />}
      <ScrollRegion label={t.title} className="flex max-h-[60vh] flex-col gap-5">
        {doctorParts.map((part) => (
          <Part key={part} title={t.parts[part]} findings={data?.findings.filter((one) => one.part === part) ?? []} />
        ))}
      </ScrollRegion>
    </Modal>
  )
}

function Part({ title, findings }: { title: string; findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  return (
    <section className="shrink-0">
      <h3 className="m-0 mb-1.5 text-[13px] font-semibold text-muted">{title}</h3>
      <dl className="m-0 rounded-lg border border-line">
        {findings.map((finding) => (
          // Several devices or findings may have the same name.
          <Line key={`${finding.name} ${finding.says}`} finding={finding} />
        ))}
      </dl>
    </section>
  )
}

const icons: Record<Finding['state'], { icon: LucideIcon; colour: string } | null> = {
  good: { icon: Check, colour: 'text-present' },
  fact: null,
  warning: { icon: TriangleAlert, colour: 'text-suggested' },
  problem: { icon: CircleX, colour: 'text-absent' },
}

function Line({ finding: { name, state, says, hint } }: { finding: Finding }) {
  const shown = icons[state]
  return (
    <div className="grid grid-cols-[16px_minmax(110px,170px)_1fr] items-start gap-x-3 px-3 py-1.5 not-first:border-t not-first:border-line">
      <dt className="col-span-2 grid grid-cols-subgrid items-start">
        <span className="flex h-5 items-center">
          {shown && <shown.icon size={15} className={shown.colour} role="img" aria-label={t.states[state]} />}
        </span>
        <span className="wrap-anywhere">{name}</span>
      </dt>
      <dd className="m-0 min-w-0 wrap-anywhere select-text">
        {says}
        {hint && <span className="block text-muted">{hint}</span>}
      </dd>
    </div>
  )
}
