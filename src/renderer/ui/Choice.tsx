import { type ReactNode, useId } from 'react'

/** A choice among a few options, all of them visible. */
export function Choice<T extends string>({
  legend,
  value,
  options,
  onChange,
  inLine = false,
  disabled = false,
  hint,
}: {
  legend: string
  value: T
  /** The hint is shown under its option. */
  options: readonly { value: T; label: string; hint?: string }[]
  onChange: (value: T) => void
  inLine?: boolean
  disabled?: boolean
  /** What the choice is about. */
  hint?: string
}) {
  const [name, hintId] = [useId(), useId()]
  return (
    <fieldset aria-describedby={hint && hintId} className="m-0 min-w-0 border-0 p-0">
      <legend className="mb-1 p-0 font-medium">{legend}</legend>
      <div className={inLine ? 'flex flex-wrap gap-x-5' : 'flex flex-col'}>
        {options.map((option) => (
          <label key={option.value} className="flex items-start gap-2 py-1">
            <input
              type="radio"
              name={name}
              className="m-0 mt-0.5 size-4 shrink-0 accent-accent"
              checked={option.value === value}
              disabled={disabled}
              onChange={() => onChange(option.value)}
            />
            <span>
              {option.label}
              {option.hint && <span className="block text-[13px] text-muted">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
      {hint && (
        <p id={hintId} className="m-0 text-[13px] text-muted">
          {hint}
        </p>
      )}
    </fieldset>
  )
}

export function Checkbox({
  checked,
  onChange,
  hint,
  children,
}: {
  checked: boolean
  onChange: (checked: boolean) => void
  hint?: string
  children: ReactNode
}) {
  const hintId = useId()
  const box = (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        aria-describedby={hint && hintId}
        className="m-0 size-4 accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {children}
    </label>
  )
  if (!hint) return box
  return (
    <div>
      {box}
      <p id={hintId} className="m-0 ml-6 text-[13px] text-muted">
        {hint}
      </p>
    </div>
  )
}
