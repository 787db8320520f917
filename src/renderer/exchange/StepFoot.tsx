import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'

/** The foot of a dialog that first says what it would do: to go on, to stop, and back to the choice of a file. */
export function StepFoot({
  formId,
  title,
  back,
  busy,
  disabled,
  onClose,
}: {
  formId: string
  /** Of the button that goes on. */
  title: string
  /** On the first step there is none. */
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
