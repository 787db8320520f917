import { type ReactNode, useId } from 'react'

/** One of a few, all of them in sight. */
export function Choice<T extends string>({
  legend,
  value,
  options,
  onChange,
  inLine = false,
  disabled = false,
}: {
  legend: string
  value: T
  /** A hint stands under what it is about. */
  options: readonly { value: T; label: string; hint?: string }[]
  onChange: (value: T) => void
  inLine?: boolean
  disabled?: boolean
}) {
  const name = useId()
  return (
    <fieldset className="m-0 min-w-0 border-0 p-0">
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
    </fieldset>
  )
}

export function Checkbox({
  checked,
  onChange,
  children,
}: {
  checked: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
}) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        className="m-0 size-4 accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {children}
    </label>
  )
}
