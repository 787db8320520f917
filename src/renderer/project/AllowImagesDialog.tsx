import type { ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { useAction } from '../ui/useAction.ts'

const t = texts.allowImages

/** Asks before reading images of a project from elsewhere that lie outside the project's own folder. */
export function AllowImagesDialog({
  project,
  onChooseOther,
  onLater,
}: {
  project: ProjectSummary
  onChooseOther: () => void
  onLater: () => void
}) {
  const { busy, error, run } = useAction()
  const { imagesRoot } = project
  const allow = () =>
    void run(async () => {
      await client.project.allowImages({ imagesRoot })
    })
  return (
    <Modal
      title={t.title}
      onClose={onLater}
      keepsOpen
      foot={
        <>
          <Button data-first-focus onClick={onLater}>
            {t.later}
          </Button>
          <Button onClick={onChooseOther}>{t.other}</Button>
          <Button kind="primary" disabled={busy} onClick={allow}>
            {t.allow}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="m-0">{t.question}</p>
        <p className="m-0 rounded-md bg-sunken px-3 py-2 break-all select-all">{imagesRoot}</p>
        <p className="m-0 text-muted">{t.why}</p>
        {error && <ErrorLine error={error} />}
      </div>
    </Modal>
  )
}
