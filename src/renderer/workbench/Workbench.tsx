import { useEffect } from 'react'
import type { ProjectSummary } from '../../contract/schemas.ts'
import { askForFormats } from '../exchange/formats.ts'
import { ImageView } from '../image/ImageView.tsx'
import { LabelByLabelScreen } from '../labelByLabel/LabelByLabelScreen.tsx'
import { ModelScreen } from '../models/ModelScreen.tsx'
import { AllowImagesDialog } from '../start/AllowImagesDialog.tsx'
import { rememberPlace, returnToPlace } from '../state/place.ts'
import { ui, useUi } from '../state/ui.ts'
import { Tour } from '../tour/Tour.tsx'
import { TrainingPanel } from '../training/TrainingPanel.tsx'
import { GridScreen } from './GridScreen.tsx'
import { TopBar } from './TopBar.tsx'

/** An open project: its images side by side, or one of them. */
export function Workbench({ project }: { project: ProjectSummary }) {
  const imageId = useUi((state) => state.imageId)
  const { uuid } = project
  useEffect(() => {
    returnToPlace(uuid)
    return rememberPlace(uuid)
  }, [uuid])
  useEffect(askForFormats, [])
  const modelPage = useUi((state) => state.modelPage)
  const later = useUi((state) => state.imagesLater)
  const reviewed = useUi((state) => state.labelByLabelId)
  const screen =
    reviewed === null ? <GridScreen project={project} /> : <LabelByLabelScreen project={project} labelId={reviewed} />
  const grid = modelPage ? <ModelScreen project={project} /> : screen
  return (
    <>
      <TopBar project={project} />
      {/* What could not be shown before is asked for anew. */}
      <main key={`${project.imagesAllowed}`} className="relative flex min-h-0 flex-1 flex-col">
        {imageId === null ? grid : <ImageView id={imageId} />}
        <TrainingPanel project={project} />
        <Tour />
      </main>
      {!project.imagesAllowed && !later && (
        <AllowImagesDialog
          project={project}
          onLater={() => ui.set({ imagesLater: true })}
          onChooseOther={() => ui.set({ imagesLater: true, dialog: 'relocate' })}
        />
      )}
    </>
  )
}
