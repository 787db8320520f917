import { texts } from '../texts/index.ts'
import { Checkbox, Choice } from '../ui/Choice.tsx'

const words = texts.bulk
const precisions = ['0.8', '0.9', '0.95', '0.98', '0.99'] as const
const losses = ['0.01', '0.02', '0.05', '0.1'] as const

/** The targets of bulk acceptance, and the images and labels that it covers. */
export interface Aims {
  precision: (typeof precisions)[number]
  takesAbsent: boolean
  maxLost: (typeof losses)[number]
  where: 'all' | 'shown'
}

/** Accepting absent suggestions is a separate choice, because it costs some positives. */
export const usualAims: Aims = { precision: '0.95', takesAbsent: false, maxLost: '0.02', where: 'all' }

export const hasLowerTarget = ({ precision }: Aims): boolean => precision !== precisions[0]

export function AimFields({
  aims,
  isFiltered,
  onChange,
}: {
  aims: Aims
  /** While only some images are shown, bulk acceptance can be limited to them. */
  isFiltered: boolean
  onChange: (change: Partial<Aims>) => void
}) {
  return (
    <div className="grid gap-x-8 gap-y-4 sm:grid-cols-[5fr_4fr]">
      <div className="flex flex-col gap-4">
        <ShareChoice
          legend={words.precision}
          hint={words.precisionHint}
          value={aims.precision}
          shares={precisions}
          onChange={(precision) => onChange({ precision })}
        />
        {isFiltered && (
          <Choice
            legend={words.where}
            value={aims.where}
            inLine
            options={[
              { value: 'all', label: words.everywhere },
              { value: 'shown', label: words.shown },
            ]}
            onChange={(where) => onChange({ where })}
          />
        )}
      </div>
      <div className="flex flex-col gap-4">
        <Checkbox
          checked={aims.takesAbsent}
          hint={words.absentHint}
          onChange={(takesAbsent) => onChange({ takesAbsent })}
        >
          <span className="font-medium">{words.absent}</span>
        </Checkbox>
        {aims.takesAbsent && (
          <div className="ml-6">
            <ShareChoice
              legend={words.maxLost}
              hint={words.maxLostHint}
              value={aims.maxLost}
              shares={losses}
              onChange={(maxLost) => onChange({ maxLost })}
            />
          </div>
        )}
      </div>
    </div>
  )
}

/** A choice among fractions, shown as percentages. */
function ShareChoice<Share extends string>({
  shares,
  ...choice
}: {
  legend: string
  hint: string
  value: Share
  shares: readonly Share[]
  onChange: (share: Share) => void
}) {
  const options = shares.map((value) => ({ value, label: words.percent(Number(value)) }))
  return <Choice {...choice} options={options} inLine />
}
