import { Check } from 'lucide-react'
import { useId } from 'react'
import { useInfo } from '../state/queries.ts'
import { texts } from '../texts/index.ts'

/** @param value #rrggbb; null for the next default colour */
export function ColourField({ value, onChange }: { value: string | null; onChange: (colour: string) => void }) {
  const name = useId()
  const { data: info } = useInfo()
  const swatches = info?.swatches ?? []
  const isOther = value !== null && !swatches.includes(value)
  const ring = 'size-6 shrink-0 cursor-pointer rounded-full'
  return (
    <fieldset className="m-0 min-w-0 border-0 p-0">
      <legend className="mb-1 p-0 font-medium">{texts.labels.colour}</legend>
      <div className="flex flex-wrap items-center gap-1.5">
        {swatches.map((colour, place) => (
          <label
            key={colour}
            title={texts.labels.swatches[place]}
            style={{ backgroundColor: colour }}
            className={`${ring} relative inline-flex items-center justify-center has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent`}
          >
            <input
              type="radio"
              name={name}
              aria-label={texts.labels.swatches[place]}
              className="absolute inset-0 m-0 cursor-pointer opacity-0"
              checked={value === colour}
              onChange={() => onChange(colour)}
            />
            {value === colour && <Check size={14} strokeWidth={3} className="text-white" aria-hidden />}
          </label>
        ))}
        <input
          type="color"
          aria-label={texts.labels.otherColour}
          title={texts.labels.otherColour}
          value={value ?? '#74787d'}
          onChange={(event) => onChange(event.target.value)}
          className={`ml-1 h-6 w-9 cursor-pointer rounded-md border bg-surface p-0.5 ${isOther ? 'border-accent' : 'border-line'}`}
        />
      </div>
    </fieldset>
  )
}
