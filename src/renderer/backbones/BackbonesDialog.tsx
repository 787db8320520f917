import { reportOf } from '../bridge/client.ts'
import { useProject } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Modal } from '../ui/Modal.tsx'
import { BackboneLine } from './BackboneLine.tsx'
import { Caches } from './Caches.tsx'
import { Comparison } from './Comparison.tsx'
import { DownloadSettings } from './DownloadSettings.tsx'
import { OwnFile } from './OwnFile.tsx'
import { useBackbones } from './queries.ts'
import { ViewsChoice } from './ViewsChoice.tsx'

const t = texts.backbones

/** Lists the backbones with what they are good for and how they do here; to download, compare and choose. */
export function BackbonesDialog({ onClose }: { onClose: () => void }) {
  const { data: project } = useProject()
  const { data: page, error } = useBackbones()
  const writable = project != null && !project.readOnly
  return (
    <Modal title={t.title} onClose={onClose} width="full">
      {error && <ErrorLine error={reportOf(error)} />}
      <div className="grid items-start gap-x-8 gap-y-6 min-[900px]:grid-cols-[minmax(0,1fr)_21rem]">
        <div className="flex min-w-0 flex-col gap-3">
          <p className="m-0 text-muted">{t.hint}</p>
          <ul aria-label={t.list} className="m-0 flex list-none flex-col rounded-lg border border-line p-0">
            {page?.rows.map((row) => (
              <BackboneLine key={row.specification} row={row} project={page.project} writable={writable} />
            ))}
          </ul>
        </div>
        {page && (
          <div className="flex min-w-0 flex-col gap-6 min-[900px]:sticky min-[900px]:top-0">
            {page.project && writable && (
              <>
                <Comparison rows={page.rows} project={page.project} />
                <ViewsChoice rows={page.rows} project={page.project} />
                <Caches caches={page.project.caches} />
                <OwnFile />
              </>
            )}
            <DownloadSettings folder={page.folder} />
          </div>
        )}
      </div>
    </Modal>
  )
}
