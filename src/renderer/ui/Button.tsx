import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { notifyOnce } from '../state/ui.ts'

const styles = {
  primary: 'bg-accent text-on-accent hover:brightness-110 font-medium',
  plain: 'bg-surface border border-line hover:bg-sunken',
  quiet: 'hover:bg-sunken text-text',
  danger: 'border border-line bg-surface text-absent hover:bg-absent-soft',
}

interface Refusable extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Why it can't be used now: shown on hover, read out, and shown to whoever presses it anyway. Null if it can be used. */
  whyNot?: string | null
}

export interface ButtonProps extends Refusable {
  kind?: keyof typeof styles
}

/** With a reason, it stays focusable; otherwise nobody would hear the reason. */
function refused({ whyNot, title, onClick, ...rest }: Refusable): ButtonHTMLAttributes<HTMLButtonElement> {
  if (whyNot == null) return { ...rest, title, onClick }
  return {
    ...rest,
    type: 'button',
    'aria-disabled': true,
    // It is the accessible description, too.
    title: whyNot,
    onClick: () => notifyOnce(whyNot),
  }
}

export function Button({ kind = 'plain', className = '', type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      className={`inline-flex h-8 items-center justify-center gap-2 rounded-md px-3 whitespace-nowrap disabled:opacity-50 aria-disabled:opacity-50 ${styles[kind]} ${className}`}
      type={type}
      {...refused(rest)}
    />
  )
}

/** An icon button; its label is read out, and shown on hover. */
export function IconButton({
  label,
  children,
  className = '',
  ...rest
}: Refusable & { label: string; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-sunken disabled:opacity-40 aria-disabled:opacity-40 ${className}`}
      {...refused({ title: label, ...rest })}
    >
      {children}
    </button>
  )
}
