import type { ButtonHTMLAttributes, ReactNode } from 'react'

const styles = {
  primary: 'bg-accent text-on-accent hover:brightness-110 font-medium',
  plain: 'bg-surface border border-line hover:bg-sunken',
  quiet: 'hover:bg-sunken text-text',
  danger: 'border border-line bg-surface text-absent hover:bg-absent-soft',
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: keyof typeof styles
}

export function Button({ kind = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={`inline-flex h-8 items-center justify-center gap-2 rounded-md px-3 whitespace-nowrap disabled:opacity-50 ${styles[kind]} ${className}`}
      {...rest}
    />
  )
}

/** A button that is only an icon; its label is read out, and shown on hover. */
export function IconButton({
  label,
  children,
  className = '',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { label: string; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-sunken disabled:opacity-40 ${className}`}
      {...rest}
    >
      {children}
    </button>
  )
}
