import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react'

export const inputStyle =
  'h-8 w-full min-w-0 rounded-md border border-line bg-surface px-2.5 text-text placeholder:text-muted'

/** A field with its label above and a line of help below. */
export function Field({
  label,
  hint,
  children,
}: {
  label: string
  hint?: string
  children: (ids: { id: string; 'aria-describedby': string | undefined }) => ReactNode
}) {
  const id = useId()
  const described = hint ? `${id}-hint` : undefined
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': described })}
      {hint && (
        <p id={described} className="m-0 text-[13px] text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}

export function Input(props: InputHTMLAttributes<HTMLInputElement>) {
  return <input {...props} className={`${inputStyle} ${props.className ?? ''}`} />
}

export function Select(props: SelectHTMLAttributes<HTMLSelectElement>) {
  return <select {...props} className={`${inputStyle} pr-1 ${props.className ?? ''}`} />
}
