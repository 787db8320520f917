import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'

/** The foot of a dialog with a preview: continue, cancel, or choose another file. */
export function StepFoot({
  formId,
  title,
  back,
  busy,
  disabled,
  onClose,
}: {
  formId: string
  /** Label of the button that continues. */
  title: string
  /** Undefined on the first step. */
  back?: { title: string; onClick: () => void }
  busy: boolean
  disabled: boolean
  onClose: () => void
}) {
  return (
    <>
      {back && (
        <Button className="mr-auto" disabled={busy} onClick={back.onClick}>
          {back.title}
        </Button>
      )}
      <Button onClick={onClose}>{texts.common.cancel}</Button>
      <Button
        kind="primary"
        type="submit"
        form={formId}
        data-first-focus={back ? true : undefined}
        disabled={busy || disabled}
      >
        {title}
      </Button>
    </>
  )
}
