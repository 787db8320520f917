import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { texts } from '../texts/index.ts'
import { IconButton } from './Button.tsx'

const widths = { narrow: 'max-w-md', medium: 'max-w-xl', wide: 'max-w-3xl', full: 'max-w-6xl' }

/** Focuses the first control of the content, rather than the close button. */
const firstFocus =
  '[data-first-focus]:not(:disabled), input:not([type=radio]:not(:checked)):not(:disabled), select, textarea'

/** A dialog with a title, a description, and its buttons at the foot. */
export function Modal({
  title,
  onClose,
  children,
  foot,
  width = 'medium',
  keepsOpen = false,
}: {
  title: string
  onClose: () => void
  children: ReactNode
  foot?: ReactNode
  width?: keyof typeof widths
  /** A click outside must not lose what was typed. */
  keepsOpen?: boolean
}) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()} disablePointerDismissal={keepsOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop forceRender className="fixed inset-0 z-50 bg-black/40" />
        <Dialog.Popup
          ref={popup}
          initialFocus={() => popup.current?.querySelector<HTMLElement>(firstFocus) ?? true}
          className={`fixed top-1/2 left-1/2 z-50 flex max-h-[88vh] w-[calc(100vw-48px)] -translate-x-1/2 -translate-y-1/2 flex-col rounded-xl border border-line bg-raised shadow-float ${widths[width]}`}
        >
          <header className="flex items-center justify-between gap-4 py-3 pr-3 pl-5">
            <Dialog.Title className="m-0 text-base font-semibold">{title}</Dialog.Title>
            <IconButton label={texts.common.close} onClick={onClose}>
              <X size={16} aria-hidden />
            </IconButton>
          </header>
          <div className="min-h-0 flex-1 overflow-auto px-5 pb-5">{children}</div>
          {foot && (
            <footer className="flex items-center justify-end gap-2 border-t border-line px-5 py-3">{foot}</footer>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
