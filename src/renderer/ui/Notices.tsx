import { CircleCheck, Info, TriangleAlert, X } from 'lucide-react'
import { dismiss, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from './Button.tsx'

const icons = { info: CircleCheck, warning: Info, error: TriangleAlert }
const colours = { info: 'text-present', warning: 'text-suggested', error: 'text-absent' }

/** Notices at the lower edge of the window. Those that ask for something stay until they are dismissed. */
export function Notices() {
  const notices = useUi((state) => state.notices)
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed bottom-4 left-1/2 z-50 flex -translate-x-1/2 flex-col gap-2"
    >
      {notices.map(({ id, level, message, hint }) => {
        const Icon = icons[level]
        return (
          <div
            key={id}
            role={level === 'error' ? 'alert' : 'status'}
            className="pointer-events-auto flex max-w-xl items-start gap-3 rounded-lg border border-line bg-raised py-2 pr-2 pl-3 shadow-float"
          >
            <Icon size={16} className={`mt-1.5 shrink-0 ${colours[level]}`} aria-hidden />
            <p className="m-0 py-1.5 leading-5">
              {message} {hint && <span className="text-muted">{hint}</span>}
            </p>
            <IconButton label={texts.notices.dismiss} onClick={() => dismiss(id)}>
              <X size={14} aria-hidden />
            </IconButton>
          </div>
        )
      })}
    </div>
  )
}
