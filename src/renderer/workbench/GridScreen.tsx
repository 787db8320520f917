import { FolderLock, FolderSearch, ImageOff, SearchX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ProjectSummary } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { useImageIds, useLatestJob } from '../state/queries.ts'
import { notifyError, openDialog, ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { FilterBar } from './FilterBar.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { Grid } from './Grid.tsx'
import { LabelSidebar } from './LabelSidebar.tsx'
import { SelectionBar } from './SelectionBar.tsx'

export function GridScreen({ project }: { project: ProjectSummary }) {
  const { data: ids } = useImageIds()
  const scan = useLatestJob('scan')
  const selected = useUi((state) => state.selection.size)
  const isScanning = scan?.state === 'running'
  const isFiltered = project.images.total > 0

  return (
    <div className="flex min-h-0 flex-1">
      <LabelSidebar />
      <section className="flex min-w-0 flex-1 flex-col" aria-label={project.name}>
        {!project.imagesAllowed && (
          <div role="alert" className="flex items-center gap-3 bg-suggested-soft px-4 py-2 text-suggested">
            <FolderLock size={16} aria-hidden /> {texts.allowImages.waiting}
            <Button onClick={() => ui.set({ imagesLater: false })}>{texts.allowImages.decide}</Button>
          </div>
        )}
        {project.imagesAllowed && !project.imagesRootFound && (
          <div role="alert" className="flex items-center gap-3 bg-suggested-soft px-4 py-2 text-suggested">
            <FolderSearch size={16} aria-hidden /> {texts.workbench.rootMissing}
            <Button onClick={() => openDialog('relocate')}>{texts.workbench.locate}</Button>
          </div>
        )}
        <FirstSteps project={project} />
        <FilterBar shown={ids?.length ?? 0} project={project} />
        {selected > 0 && <SelectionBar />}
        {ids && ids.length > 0 && <Grid ids={ids} />}
        {ids && ids.length === 0 && isFiltered && (
          <Empty
            icon={<SearchX size={32} aria-hidden />}
            title={texts.workbench.noMatchTitle}
            hint={texts.workbench.noMatchHint}
          >
            <Button onClick={() => ui.set({ filter: {} })}>{texts.workbench.clearFilters}</Button>
          </Empty>
        )}
        {ids && ids.length === 0 && !isFiltered && (
          <Empty
            icon={<ImageOff size={32} aria-hidden />}
            title={isScanning ? texts.workbench.scanning : texts.workbench.emptyTitle}
            hint={isScanning ? project.imagesRoot : texts.workbench.emptyHint(project.imagesRoot)}
          >
            {!isScanning && (
              <div className="flex gap-2">
                <Button onClick={() => void client.project.rescan().catch(notifyError)}>
                  {texts.workbench.rescan}
                </Button>
                <Button onClick={() => openDialog('relocate')}>{texts.workbench.locate}</Button>
              </div>
            )}
          </Empty>
        )}
      </section>
    </div>
  )
}

function Empty({
  icon,
  title,
  hint,
  children,
}: {
  icon: ReactNode
  title: string
  hint: string
  children?: ReactNode
}) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-2 p-8 text-center text-muted">
      {icon}
      <h2 className="m-0 text-base font-semibold text-text">{title}</h2>
      <p className="m-0 mb-2 max-w-md wrap-anywhere">{hint}</p>
      {children}
    </div>
  )
}
